// measure FILE COMMAND...: runs COMMAND and writes into FILE its wall time in ns, the CPU time in ns of it and of the
// processes it waited for, the peak resident KiB of the largest of them, and its exit code (128 + n for signal n).
// A process of its own, because what a fork of a large Node process weighs would count as the child's peak.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(struct timeval of) { return of.tv_sec * 1000000000LL + of.tv_usec * 1000LL; }

int main(int count, char **words) {
  if (count < 3) return 2;
  struct timespec begun, ended;
  struct rusage used;
  int status;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  pid_t child = fork();
  if (child < 0) { perror("fork"); return 2; }
  if (child == 0) {
    execvp(words[2], words + 2);
    perror(words[2]);
    _exit(127);
  }
  // The group is told to end; this process has still to say what the other one took.
  signal(SIGTERM, SIG_IGN);
  if (wait4(child, &status, 0, &used) < 0) { perror("wait4"); return 2; }
  clock_gettime(CLOCK_MONOTONIC, &ended);
  FILE *file = fopen(words[1], "w");
  if (!file) { perror(words[1]); return 2; }
  fprintf(file, "%lld %lld %ld %d\n",
          (ended.tv_sec - begun.tv_sec) * 1000000000LL + (ended.tv_nsec - begun.tv_nsec),
          nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime), used.ru_maxrss,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return fclose(file) == 0 ? 0 : 2;
}
