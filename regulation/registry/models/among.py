from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Func


class Among(Func):
    """`key = ANY (ARRAY (…))`: the keys are found first and looked up by index; IN would join tables."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()

    def __init__(self, key: str, keys: models.QuerySet) -> None:  # type: ignore[type-arg]
        super().__init__(models.F(key), ArraySubquery(keys))
