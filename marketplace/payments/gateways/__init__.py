"""Those who move money, behind one interface."""

from .base import Answer, Disputed, PaymentProvider, State, provider_named

__all__ = ["Answer", "Disputed", "PaymentProvider", "State", "provider_named"]
