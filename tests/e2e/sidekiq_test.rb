# Sidekiq, Ruby's queue of jobs: its client, and what its server asks of Redis. Runs under with_server: PORT.
require "minitest/autorun"
require "sidekiq"
require "sidekiq/api"
require "sidekiq/fetch"
require "sidekiq/scheduled"

Sidekiq.configure_client { |config| config.redis = { url: "redis://127.0.0.1:#{ENV["PORT"]}/0" } }
Sidekiq.logger.level = Logger::ERROR

class Dispatch
  include Sidekiq::Worker
  sidekiq_options queue: "orders"
  def perform(order); end
end

class SidekiqTest < Minitest::Test
  def setup = Sidekiq.redis { |connection| connection.flushall }

  def fetch(*queues)
    Sidekiq::BasicFetch.new({ queues: queues, strict: true }).retrieve_work
  end

  def test_jobs_are_pushed_and_fetched_in_order_of_queues
    first = Dispatch.perform_async(1)
    Dispatch.set(queue: "urgent").perform_async(2)
    Sidekiq::Client.push_bulk("class" => Dispatch, "args" => [[3], [4]])
    assert_equal 3, Sidekiq::Queue.new("orders").size
    assert_equal %w[orders urgent], Sidekiq::Queue.all.map(&:name).sort
    assert_equal [2], Sidekiq.load_json(fetch("urgent", "orders").job)["args"]
    work = fetch("urgent", "orders")
    assert_equal first, Sidekiq.load_json(work.job)["jid"]
    work.requeue
    assert_equal [[1], [3], [4]], 3.times.map { Sidekiq.load_json(fetch("orders").job)["args"] }
  end

  def test_scheduled_jobs_move_to_their_queue_when_they_are_due
    soon = Dispatch.perform_in(60, 1)
    late = Dispatch.perform_in(3600, 2)
    set = Sidekiq::ScheduledSet.new
    assert_equal [soon, late].sort, set.map(&:jid).sort
    assert set.find_job(soon).reschedule(Time.now - 1)
    Sidekiq::Scheduled::Enq.new.enqueue_jobs
    assert_equal [soon], Sidekiq::Queue.new("orders").map(&:jid)
    assert_equal 1, set.size
    set.find_job(late).delete
    assert_equal 0, set.size
  end

  def test_failed_jobs_are_retried_or_buried
    dead = Sidekiq::DeadSet.new
    dead.kill(Sidekiq.dump_json("jid" => "a", "class" => "Dispatch", "args" => [7], "queue" => "orders"))
    assert_equal 1, dead.size
    dead.first.retry
    assert_equal [[7]], Sidekiq::Queue.new("orders").map(&:args)
    Sidekiq::Queue.new("orders").clear
    assert_equal 0, Sidekiq::Stats.new.enqueued
  end

  def test_statistics
    Dispatch.perform_async(1)
    stats = Sidekiq::Stats.new
    assert_equal [0, 0, 1], [stats.processed, stats.failed, stats.queues["orders"]]
    assert_operator Sidekiq::Queue.new("orders").latency, :>=, 0
    assert_equal 0, Sidekiq::ProcessSet.new.size
  end
end
