"""Pages the editors write, the frame round every page, and practices with who adopted them."""

from .pages import (
    ArticleIndexPage,
    ArticlePage,
    BasePage,
    HomePage,
    NavigationItem,
    SiteSettings,
    StandardPage,
)
from .practice import Adoption, PracticeApproval, PracticeIndexPage, PracticePage

__all__ = [
    "Adoption",
    "ArticleIndexPage",
    "ArticlePage",
    "BasePage",
    "HomePage",
    "NavigationItem",
    "PracticeApproval",
    "PracticeIndexPage",
    "PracticePage",
    "SiteSettings",
    "StandardPage",
]
