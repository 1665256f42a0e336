"""Waybills, label match, handover and manifests."""
