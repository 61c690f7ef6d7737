"""Those who move money, behind one interface."""

from .base import Answer, PaymentProvider, State, provider_named

__all__ = ["Answer", "PaymentProvider", "State", "provider_named"]
