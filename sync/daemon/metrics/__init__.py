"""What the daemon counts and measures, for Prometheus. Start at metrics.py."""
