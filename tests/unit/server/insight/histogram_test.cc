#include "server/insight/histogram.h"

#include <catch2/catch.hpp>

using server::Histogram;

TEST_CASE("small values are exact, large ones lie in a bucket of 1 %")
{
    CHECK(Histogram::end_of_bucket(255) == 255);
    CHECK(Histogram::end_of_bucket(1000) == 1003);  // Redis prints 1.003 us
    CHECK(Histogram::begin_of_bucket(7000) == 6976);
    CHECK(Histogram::end_of_bucket(7000) == 7007);
    CHECK(Histogram::end_of_bucket(32'768) == 33'023);  // and 33 us
}

TEST_CASE("percentiles are the ends of buckets, but the smallest of all is a beginning")
{
    Histogram histogram;
    CHECK(histogram.percentile(50) == 0);
    histogram.add(7000);
    CHECK(histogram.percentile(0) == 6976);
    CHECK(histogram.percentile(100) == 7007);
    histogram.add(1, 98);
    histogram.add(1'000'000);
    CHECK(histogram.total() == 100);
    CHECK(histogram.percentile(50) == 1);
    CHECK(histogram.percentile(98) == 1);
    CHECK(histogram.percentile(99) == 7007);
    CHECK(histogram.percentile(99.9) == Histogram::end_of_bucket(1'000'000));
    CHECK(histogram.up_to(1024) == 98);
    CHECK(histogram.up_to(8192) == 99);
}

TEST_CASE("what is out of range counts at its end")
{
    Histogram histogram;
    histogram.add(-5);
    CHECK(histogram.percentile(100) == 0);
    histogram.add(std::int64_t{1} << 40);
    CHECK(histogram.percentile(100) == Histogram::end_of_bucket(Histogram::kMax));
    CHECK(histogram.up_to(std::int64_t{1} << 40) == 2);
}
