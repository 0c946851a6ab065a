/* Preloaded: fsync and fdatasync fail with EIO once in SYNC_FAILS_ONE_IN times, and do their work otherwise. What a
 * failed one had to keep may be kept or not, as on a failing disk. Compiled by disk.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int fails(void) {
  static __thread unsigned seed;
  const char *one_in = getenv("SYNC_FAILS_ONE_IN");
  if (!seed) seed = (unsigned)getpid() ^ (unsigned)(size_t)&seed;
  return one_in && rand_r(&seed) % (unsigned)atoi(one_in) == 0;
}

static int synced(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (fails()) {
    errno = EIO;
    return -1;
  }
  return real(fd);
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
