"""Edges to the platform: every backend under the contract that its protocol asks for."""
