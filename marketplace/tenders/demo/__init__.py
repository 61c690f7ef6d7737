"""The demo: its accounts and rules, and the story of the main job."""
