"""The local state: what both sides last agreed on, what runs did, who holds a pair.

``sync.state.store.open_store`` opens it. This module imports nothing, so that naming the package
costs no start-up time.
"""
