"""Every source failing in every way, by real means: nothing that still exists is lost, and the next scan is true."""
