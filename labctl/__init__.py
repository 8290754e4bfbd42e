"""labctl: train physical learning networks on the bench, simulated or real."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("labctl-clln")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+unknown"
