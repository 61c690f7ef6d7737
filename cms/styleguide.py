from .views import healthz as styleguide  # noqa: F401
