"""Every intermediary against every department, at night and when a regulator asks."""
