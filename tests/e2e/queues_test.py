#!/usr/bin/python3
"""Queues of jobs on Redis: RQ, and kombu, on which Celery stands. Runs under with_server: PORT."""

import logging
import os
import unittest

import kombu
import redis
import rq
import rq.exceptions
import rq.job

PORT = int(os.environ["PORT"])


class Queues(unittest.TestCase):
    def setUp(self):
        self.client = redis.Redis(port=PORT)
        self.addCleanup(self.client.close)
        self.client.flushall()


class Rq(Queues):
    """The jobs are functions of the standard library, and run in this process. RQ keeps their results in streams."""

    def setUp(self):
        super().setUp()
        self.queue = rq.Queue("orders", connection=self.client)

    def work(self):
        if self.client.execute_command("COMMAND INFO", "XADD") in ([None], {}):
            self.skipTest("there are no streams yet")
        rq.SimpleWorker([self.queue], connection=self.client).work(burst=True)

    def test_a_job_is_worked_on_and_its_result_kept(self):
        job = self.queue.enqueue("math.hypot", 3, 4)
        self.assertEqual((job.get_status(), len(self.queue)), ("queued", 1))
        self.work()
        self.assertEqual((job.get_status(refresh=True), job.result), ("finished", 5.0))
        self.assertIn(job.id, self.queue.finished_job_registry)
        self.assertTrue(0 < self.client.ttl(rq.job.Job.key_for(job.id)) <= 500)

    def test_what_fails_is_registered_and_can_be_tried_again(self):
        job = self.queue.enqueue("math.sqrt", -1)
        self.work()
        self.assertEqual(job.get_status(refresh=True), "failed")
        self.assertIn("math domain error", job.latest_result().exc_string)
        self.assertEqual(self.queue.failed_job_registry.get_job_ids(), [job.id])
        self.queue.failed_job_registry.requeue(job)
        self.assertEqual(job.get_status(refresh=True), "queued")

    def test_jobs_wait_for_those_they_depend_on(self):
        first = self.queue.enqueue("math.factorial", 5)
        second = self.queue.enqueue("math.factorial", 6, depends_on=first)
        self.assertEqual((second.get_status(), self.queue.job_ids), ("deferred", [first.id]))
        self.work()
        self.assertEqual((first.result, second.result), (120, 720))

    def test_a_worker_takes_the_first_job_of_the_first_queue_that_has_one(self):
        urgent = rq.Queue("urgent", connection=self.client)
        jobs = [self.queue.enqueue("math.factorial", n) for n in (1, 2)]
        taken = [rq.Queue.dequeue_any([urgent, self.queue], timeout=5, connection=self.client)[0].id for _ in jobs]
        self.assertEqual(taken, [job.id for job in jobs])
        self.assertIsNone(rq.Queue.dequeue_any([urgent, self.queue], timeout=None, connection=self.client))
        with self.assertRaises(rq.exceptions.DequeueTimeout):
            rq.Queue.dequeue_any([urgent, self.queue], timeout=1, connection=self.client)

    def test_jobs_are_kept_in_registries(self):
        job = self.queue.enqueue("math.factorial", 5, meta={"city": "blr"}, description="five", ttl=100)
        with self.client.pipeline() as pipe:
            self.queue.started_job_registry.add(job, ttl=60, pipeline=pipe)
            pipe.execute()
        self.assertIn(job, self.queue.started_job_registry)
        again = rq.job.Job.fetch(job.id, connection=self.client)
        self.assertEqual((again.args, again.meta, again.description), ((5,), {"city": "blr"}, "five"))
        job.cancel()
        self.assertEqual((job.get_status(refresh=True), self.queue.count), ("canceled", 0))
        job.delete()
        self.assertFalse(rq.job.Job.exists(job.id, connection=self.client))

    def test_jobs_go_in_front_and_away(self):
        ids = [self.queue.enqueue("math.factorial", n, at_front=n == 3).id for n in (1, 2, 3)]
        self.assertEqual(self.queue.job_ids, [ids[2], ids[0], ids[1]])
        self.queue.remove(ids[0])
        self.assertEqual(self.queue.count, 2)
        self.assertEqual(self.queue.empty(), 2)
        self.assertEqual(self.client.exists(self.queue.key), 0)


class Kombu(Queues):
    def setUp(self):
        super().setUp()
        self.connection = kombu.Connection(f"redis://127.0.0.1:{PORT}/")
        self.addCleanup(self.connection.release)

    def test_a_simple_queue_gives_back_what_was_put(self):
        with self.connection.SimpleQueue("orders") as orders:
            orders.put({"order": 1})
            orders.put({"order": 2})
            self.assertEqual(orders.qsize(), 2)
            message = orders.get(timeout=5)
            self.assertEqual(message.payload, {"order": 1})
            message.ack()
            again = orders.get(timeout=5)
            again.requeue()
            again = orders.get(timeout=5)
            self.assertEqual(again.payload, {"order": 2})
            again.ack()

    def test_priorities(self):
        exchange = kombu.Exchange("city", type="direct")
        orders = kombu.Queue("orders", exchange, routing_key="order")
        with self.connection.Producer() as producer:
            for number, priority in ((1, 9), (2, 0), (3, 3)):
                producer.publish(
                    {"order": number}, exchange=exchange, routing_key="order", declare=[orders], priority=priority
                )
        with self.connection.SimpleQueue(orders) as queue:
            messages = [queue.get(timeout=5) for _ in range(3)]
            self.assertEqual([message.payload["order"] for message in messages], [2, 3, 1])
            for message in messages:
                message.ack()


if __name__ == "__main__":
    logging.disable()
    unittest.main(warnings="ignore")
