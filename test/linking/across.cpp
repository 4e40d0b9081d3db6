// Passes an executor from a file of one kind to a file of the other.
#include <robocache/core/executor.hpp>

#if defined(CALLS)
void take(const robocache::any_executor& executor);
int main() { take(robocache::cpu{}); }
#else
void take(const robocache::any_executor&);
void take(const robocache::any_executor&) {}
#endif
