"""./run check: everything that can be known without running the site."""
