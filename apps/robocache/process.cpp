#include "process.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "files/temporary.hpp"

namespace robocache::cli {
namespace {

/// Those of the signals that would end the process; others are ignored or blocked by its parent.
sigset_t ending_signals() {
  sigset_t ending, blocked;
  sigemptyset(&ending);
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (const int number :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXCPU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM}) {
    struct sigaction action {};
    sigaction(number, nullptr, &action);
    const bool ends = action.sa_handler == SIG_DFL && sigismember(&blocked, number) == 0;
    if (ends) sigaddset(&ending, number);
  }
  return ending;
}

/// Waits for a signal and dies of it. A thread may lock and unlink where a handler may not.
void* wait_for_end(void* signals) {
  const auto* ending = static_cast<const sigset_t*>(signals);
  int number = 0;
  while (sigwait(ending, &number) != 0) {
  }
  abandon_temporary_files();
  pthread_sigmask(SIG_UNBLOCK, ending, nullptr);
  std::raise(number);
  return nullptr;
}

}  // namespace

void hold_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest number that is free is this one. The wrong direction keeps its use an error.
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void clean_up_on_signals() {
  std::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit fails in place of killing
  static const sigset_t ending = ending_signals();
  constexpr std::size_t stack = 1 << 18;
  sigset_t before;
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_sigmask(SIG_BLOCK, &ending, &before);
  const int error =
      pthread_create(&thread, &attributes, wait_for_end, const_cast<sigset_t*>(&ending));
  // Without the thread, signals end the process as they always did.
  if (error != 0) pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace robocache::cli
