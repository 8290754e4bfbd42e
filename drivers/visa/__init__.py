"""Bench instruments that speak SCPI, through PyVISA: power supplies and multimeters."""

from drivers.visa.families import METERS, SUPPLIES, MeterFamily, SupplyFamily
from drivers.visa.meter import MeterDriver
from drivers.visa.session import SerialSettings, VisaSession
from drivers.visa.supply import SupplyDriver

__all__ = [
    "METERS",
    "SUPPLIES",
    "MeterDriver",
    "MeterFamily",
    "SerialSettings",
    "SupplyDriver",
    "SupplyFamily",
    "VisaSession",
]
