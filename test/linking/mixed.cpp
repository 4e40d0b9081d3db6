// Both halves give the same bits, whichever the linker saw first.
#include <cstdio>
#include <cstring>

int headers_half(const float* source, float* output);
int compiled_half(const float* source, float* output);

int main() {
  const float source[] = {0.0F, 2.0F, 4.0F, 6.0F}, expected[] = {1.0F, 3.0F, 5.0F, 6.0F};
  float one[4] = {}, other[4] = {};
  if (headers_half(source, one) != 0 || compiled_half(source, other) != 0) {
    std::puts("a half chose the other's executor");
    return 1;
  }
  const bool right = std::memcmp(one, expected, sizeof(one)) == 0 &&
                     std::memcmp(other, expected, sizeof(other)) == 0;
  std::puts(right ? "both halves are right" : "a half is wrong");
  return right ? 0 : 1;
}
