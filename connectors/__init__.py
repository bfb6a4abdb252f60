"""What speaks HTTP: a connector for each side, the client they share, the sandbox."""
