"""What this room's entries say."""

from django.utils.translation import gettext_lazy as _

from regulation.ledger.stories import story

story("cms.practice_adopted", _("A region said that it adopts the practice."), disclosed=True)
story("cms.adoption_taken_back", _("A region took back that it adopts the practice."), disclosed=True)
