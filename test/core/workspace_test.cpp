#include <new>
#include <robocache/core/workspace.hpp>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"

namespace {

/// Counts what the hooks are asked for.
struct ledger {
  std::size_t limit = SIZE_MAX;
  bool throws = false;
  int allocations = 0;
  std::vector<std::size_t> freed;

  robocache::workspace::memory hooks() {
    const auto allocate = [](std::size_t bytes, void* context) -> void* {
      auto& self = *static_cast<ledger*>(context);
      if (bytes > self.limit && self.throws) throw std::runtime_error("asked for too much");
      if (bytes > self.limit) return nullptr;
      ++self.allocations;
      return ::operator new(bytes);
    };
    const auto deallocate = [](void* data, std::size_t bytes, void* context) {
      static_cast<ledger*>(context)->freed.push_back(bytes);
      ::operator delete(data);
    };
    return {allocate, deallocate, this};
  }
};

}  // namespace

static_assert(!std::is_copy_constructible_v<robocache::workspace>);
static_assert(!std::is_copy_assignable_v<robocache::workspace>);

TEST_CASE("a workspace grows and never shrinks", "[workspace]") {
  ledger book;
  {
    robocache::workspace scratch(book.hooks());
    CHECK(scratch.data() == nullptr);
    CHECK(scratch.capacity() == 0);
    scratch.reserve(0);
    CHECK(book.allocations == 0);
    scratch.reserve(100);
    void* const first = scratch.data();
    scratch.reserve(100);
    scratch.reserve(7);
    CHECK(scratch.data() == first);
    CHECK(scratch.capacity() == 100);
    CHECK(book.allocations == 1);
    scratch.reserve(101);
    CHECK(scratch.capacity() == 101);
    CHECK(book.allocations == 2);
    CHECK(book.freed == std::vector<std::size_t>{100});
  }
  CHECK(book.freed == std::vector<std::size_t>{100, 101});
}

TEST_CASE("a refused growth keeps the block", "[workspace]") {
  ledger book;
  robocache::workspace scratch(book.hooks());
  scratch.reserve(10);
  static_cast<char*>(scratch.data())[9] = 'x';
  void* const before = scratch.data();
  book.limit = 50;
  CHECK_THROWS_AS(scratch.reserve(51), std::bad_alloc);
  book.throws = true;
  CHECK_THROWS_AS(scratch.reserve(52), std::runtime_error);
  CHECK(scratch.data() == before);
  CHECK(scratch.capacity() == 10);
  CHECK(static_cast<char*>(scratch.data())[9] == 'x');
  CHECK(book.freed.empty());
  scratch.reserve(50);
  CHECK(scratch.capacity() == 50);
}

TEST_CASE("release gives the memory back once", "[workspace]") {
  ledger book;
  {
    robocache::workspace scratch(book.hooks());
    scratch.release();
    CHECK(book.freed.empty());
    scratch.reserve(8);
    scratch.release();
    scratch.release();
    CHECK(scratch.data() == nullptr);
    CHECK(scratch.capacity() == 0);
  }
  CHECK(book.freed == std::vector<std::size_t>{8});
}

TEST_CASE("host memory can be written and refuses the impossible", "[workspace]") {
  robocache::workspace scratch(robocache::host_memory());
  scratch.reserve(1000);
  for (int i = 0; i < 1000; ++i) static_cast<unsigned char*>(scratch.data())[i] = 1;
  CHECK_THROWS_AS(scratch.reserve(std::size_t{1} << 62), std::bad_alloc);
  CHECK(scratch.capacity() == 1000);
}
