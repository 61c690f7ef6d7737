"""./run demo: the whole site from one command, and nothing left when it stops."""
