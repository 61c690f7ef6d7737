from django.db import models


class Knock(models.Model):
    """How often one address filed without signing in within an hour. The address itself is not kept."""

    digest = models.CharField(max_length=64)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "hour"], name="knock_once_per_hour")]
