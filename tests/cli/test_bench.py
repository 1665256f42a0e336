"""The benchmarks are found and loaded by name; what they measure is for people to judge."""

from __future__ import annotations

import json

from click.testing import CliRunner

from warehouse.cli import bench


def test_every_benchmark_measures():
    known = ["counts", "growth", "hot", "imports", "labels", "opening", "papers", "posting", "scan"]
    assert bench.names() == known
    assert all(callable(bench._load(name).measure) for name in bench.names())


def test_a_name_nobody_knows_is_said_with_the_known_ones():
    done = CliRunner().invoke(bench.bench_command, ["nope"])
    assert done.exit_code == 1
    assert "counts, growth, hot, imports, labels, opening, papers, posting, scan" in done.output


def test_figures_are_one_json_object(monkeypatch, tmp_path):
    (tmp_path / "tiny.py").write_text("def measure():\n    return {'ratio': 1.5}\n")
    monkeypatch.setattr(bench, "BENCHMARKS", tmp_path)
    done = CliRunner().invoke(bench.bench_command, ["--json"])
    assert json.loads(done.stdout) == {"tiny": {"ratio": 1.5}}
