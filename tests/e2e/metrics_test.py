#!/usr/bin/python3
"""The page for Prometheus: well-formed, with the names that redis_exporter gives, and with all that the dashboard asks for.

SERVER_BINARY names the server.
"""

import json
import os
import pathlib
import re
import unittest

from gateway_client import serve

BINARY = os.environ["SERVER_BINARY"]
DASHBOARD = pathlib.Path(__file__).parents[2] / "scripts" / "monitoring" / "dashboard.json"
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:\\["\\n]|[^"\\\n])*"'
SAMPLE = re.compile(rf"({NAME})(\{{{LABEL}(?:,{LABEL})*\}})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)")

# What the common dashboards and alerts for Redis ask redis_exporter for.
USUAL = """
    redis_up redis_uptime_in_seconds redis_start_time_seconds redis_instance_info redis_connected_clients redis_blocked_clients
    redis_config_maxclients redis_rejected_connections_total redis_connections_received_total redis_connected_slaves
    redis_memory_used_bytes redis_memory_max_bytes redis_memory_used_rss_bytes redis_memory_used_peak_bytes
    redis_mem_fragmentation_ratio redis_commands_processed_total redis_commands_total redis_commands_duration_seconds_total
    redis_commands_failed_calls_total redis_commands_rejected_calls_total redis_keyspace_hits_total redis_keyspace_misses_total
    redis_db_keys redis_db_keys_expiring redis_db_avg_ttl_seconds redis_expired_keys_total redis_evicted_keys_total
    redis_net_input_bytes_total redis_net_output_bytes_total redis_cpu_sys_seconds_total redis_cpu_user_seconds_total
    redis_rdb_last_save_timestamp_seconds redis_rdb_changes_since_last_save redis_rdb_last_bgsave_status redis_aof_enabled
    redis_aof_last_write_status redis_slowlog_length redis_slowlog_last_id redis_last_slow_execution_duration_seconds
    redis_latency_percentiles_usec redis_latency_spike_last redis_latency_spike_duration_seconds redis_errors_total
    redis_pubsub_channels redis_pubsub_patterns redis_loading_dump_file redis_tracking_clients redis_cluster_enabled
    """.split()


def read(page):
    """The samples by their metrics; fails if the page is not well-formed."""
    samples, metric, seen = {}, None, set()
    assert page.endswith("\n")
    for line in page.splitlines():
        if line.startswith("# HELP "):
            metric = line.split()[2]
            assert metric not in seen, f"{metric} is in two pieces"
            seen.add(metric)
        elif line.startswith("# TYPE "):
            assert line.split()[2] == metric and line.split()[3] in ("counter", "gauge", "summary"), line
        else:
            found = SAMPLE.fullmatch(line)
            assert found, f"no sample: {line}"
            name = found.group(1)
            assert name == metric or name in (f"{metric}_sum", f"{metric}_count"), f"{name} is not of {metric}"
            key = name, found.group(2) or ""
            assert key not in samples, f"{key} is there twice"
            samples[key] = float(found.group(3))
    return samples


class Metrics(unittest.TestCase):
    def setUp(self):
        context = serve(BINARY, "--enable-debug-command", "yes", "--latency-monitor-threshold", "1",
                        "--slowlog-log-slower-than", "1000")
        _, self.http = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        for words in (("SET", "k", "v", "EX", 100), ("GET", "k"), ("GET", "missing"), ("LPUSH", "k", "x"),
                      ("DEBUG", "SLEEP", "0.005"), ("EVAL", "return redis.error_reply('A\"B\\\\C:count=1 x')", 0)):
            self.http.command(*words)

    def page(self):
        status, text, headers = self.http.request("GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8")
        return text.decode()

    def test_it_is_well_formed_and_has_the_usual_metrics(self):
        samples = read(self.page())
        names = {name for name, _ in samples}
        self.assertEqual([name for name in USUAL if name not in names], [])
        self.assertEqual(samples["redis_commands_total", '{cmd="get"}'], 2)
        self.assertEqual(samples["redis_keyspace_hits_total", ""], 1)
        self.assertEqual(samples["redis_db_keys", '{db="db0"}'], 1)
        self.assertGreater(samples["redis_latency_spike_duration_seconds", '{event_name="command"}'], 0.004)

    def test_the_dashboard_asks_for_what_is_there(self):
        names = {name for name, _ in read(self.page())}
        dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
        asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
        self.assertGreater(len(asked), 40)
        for expression in asked:
            for metric in re.findall(r"\b(?:redis|dabba)_\w+", expression):
                self.assertIn(metric, names, expression)


if __name__ == "__main__":
    unittest.main()
