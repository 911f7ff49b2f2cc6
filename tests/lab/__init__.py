"""Tests against the real OpenStack of `lab/`: marked `lab`, run by `lab/run-tests`."""
