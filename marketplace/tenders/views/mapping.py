from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulation.ledger.queries import database_now
from regulation.parties.models import Region

from .. import tiles
from ..filters import MapForm
from ..queries import public_tenders, tender_facets


def tender_map(request: HttpRequest) -> HttpResponse:
    """Where there is something to bid for: provinces as tiles and as a table; of one province its regions."""
    cells = tender_facets(public_tenders(), now=database_now())
    form = MapForm(request.GET or None, cells=cells)
    service, province = form.chosen()
    bought = [c for c in cells if not service or any(code == service for code, _name in c.services)]
    held = [(c.region, c.state, c.count) for c in bought]
    provinces = tiles.counted(held, by_province=True)
    inside = [one for one in held if tiles.province_of(one[0]) == province]
    places = tiles.counted(inside, by_province=False) if province else provinces
    regions = Region.objects.in_bulk([*(f"{digits}0000" for digits in tiles.PLACES), *places, province])
    drawn = [(tile, regions[tile.code]) for tile in tiles.tiles(provinces) if tile.code in regions]
    context = {
        "form": form,
        "service": service,
        "province": regions.get(province),
        "drawn": drawn,
        "width": tiles.WIDTH,
        "height": tiles.HEIGHT,
        "side": tiles.SIDE,
        "rows": [(regions[code], n) for code, n in sorted(places.items()) if code in regions],
        "shades": list(zip(tiles.MANY, [n - 1 for n in tiles.MANY[1:]] + [None], strict=True)),
    }
    return render(request, "tenders/map.html", context, status=422 if form.errors else 200)
