"""The endpoints `metrics`, `compare` and `runs`, called as a notebook calls them."""

from __future__ import annotations

from tests.playground.tabs.endpoints import check_parameters, refused

ADDER, WORDS = "scripted/adder", "scripted/words"
PARAMETERS = {
    "/metrics": ["said", "right", "needs", "language", "model"],
    "/compare": [
        *("models", "task_set", "language", "n", "repeats", "seed", "measure", "metric", "temperature", "max_tokens"),
        "confirm_cost",
    ],
    "/runs": ["run", "file"],
}


def test_every_parameter_has_a_name_and_a_default(client):
    check_parameters(client, PARAMETERS)


def test_metrics(client):
    found = client.predict(["the cat sat"], [["a cat", "the cat sat"]], api_name="/metrics")
    assert found["metrics"]["exact"]["value"] == 1 and found["failed"] == {}
    labels = client.predict(["a", "b"], ["a", "a"], needs="labels", api_name="/metrics")["metrics"]
    assert labels["accuracy"]["value"] == 0.5 and labels["confusion"]["table"]["a"] == {"a": 1, "b": 1}
    sure = client.predict(["0.9", "0.4"], [True, True], needs="probabilities", api_name="/metrics")
    assert "roc_auc" in sure["failed"] and "calibration" in sure["metrics"]
    assert (
        client.predict(["a cat"], ["a cat"], needs="vectors", api_name="/metrics")["metrics"]["semantic"]["value"] > 0.9
    )
    foreseen = client.predict(["yes no maybe"], needs="likelihoods", model=WORDS, api_name="/metrics")["metrics"]
    assert foreseen["perplexity"]["value"] > 1 and foreseen["perplexity"]["parts"]["stride"] > 0
    for wrong in ({"said": []}, {"said": ["a"], "right": []}, {"said": ["a"], "right": ["b"], "needs": "hope"}):
        assert refused(client, "/metrics", **wrong)


def test_compare_and_runs(client):
    report = client.predict([ADDER, WORDS], n=3, max_tokens=8, api_name="/compare")
    assert (report["state"], report["done"], report["total"]) == ("done", 6, 6)
    first, second = report["models"]
    assert first["comparison"] is None and second["p_holm"] == second["comparison"]["p"]
    assert first["sent"] == {"requests": 0, "tokens": 0} and first["energy"]["measured"] in (True, False)
    again = client.predict([ADDER, WORDS], n=3, max_tokens=8, api_name="/compare")
    told = [client.predict(one["run"], api_name="/runs") for one in (report, again)]
    answers = [[(one["column"], one["item"], one["text"], one["score"]) for one in run["outcomes"]] for run in told]
    assert answers[0] == answers[1]
    listed = client.predict(api_name="/runs")
    assert [one["run"] for one in listed] == [again["run"], report["run"]]
    assert listed[0]["measurement"] == "comparison" and "report" in listed[0]["files"]
    assert client.predict(report["run"], "csv", api_name="/runs").count("\n") == 7
    assert client.predict(report["run"], "report", api_name="/runs").startswith("<!doctype html>")
    assert "not among those kept" in refused(client, "/runs", run="none")
    assert "csv" in refused(client, "/runs", run=report["run"], file="pdf")
    assert refused(client, "/compare", models=[ADDER], task_set="none")


def test_what_prompting_measured_is_listed_too(client):
    found = client.predict("sentiment", n=1, models=[ADDER], strategies=["zero_shot"], api_name="/evaluate")
    listed = client.predict(api_name="/runs")
    assert (listed[0]["run"], listed[0]["measurement"]) == (found["run"], "strategies")
    assert "notebook" in listed[0]["files"]
