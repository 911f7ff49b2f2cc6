"""What `/metrics` says, read by Prometheus' own parser."""

from __future__ import annotations

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

Values = dict[tuple[str, ...], float]


class Scrape:
    """One answer. Series are (name, label's value, …), the labels in the order of their names."""

    def __init__(self, text: str) -> None:
        self.families = {family.name: family for family in text_string_to_metric_families(text)}
        self.samples = [sample for family in self.families.values() for sample in family.samples]

    def of(self, environment: str, *names: str) -> Values:
        """The series of an environment, without it; only those of these names, if any are given."""
        return {
            (
                sample.name,
                *(value for key, value in sorted(sample.labels.items()) if key != "environment"),
            ): sample.value
            for sample in self.samples
            if sample.labels.get("environment") == environment and (not names or sample.name in names)
        }

    def one(self, name: str, **labels: str) -> float | None:
        """The value of one series."""
        found = [sample.value for sample in self.samples if sample.name == name and sample.labels == labels]
        return found[0] if found else None


def scrape(client: FlaskClient) -> Scrape:
    """What the application says now."""
    response = client.get("/metrics")
    assert response.status_code == 200, response.get_data(as_text=True)
    return Scrape(response.get_data(as_text=True))
