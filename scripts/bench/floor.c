// floor THREADS FOLDER: what the machine can do. Lists the regular files below FOLDER without git's own and ours, takes the
// SHA-256 of each on THREADS threads and prints one line a file. No cache, no ignore rules, no Merkle tree.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { chunk = 1 << 18, digest_size = 32, most_threads = 64 };

struct file {
  char *path;
  unsigned char digest[digest_size];
};

static struct file *files;
static size_t found, room;
static atomic_size_t next;
static EVP_MD *sha256;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void add(char *path) {
  if (found == room) {
    room = room ? room * 2 : 1024;
    files = realloc(files, room * sizeof *files);
    if (!files) fail("realloc");
  }
  files[found++].path = path;
}

static void list(const char *folder) {
  DIR *open = opendir(folder);
  if (!open) fail(folder);
  for (struct dirent *entry; (entry = readdir(open));) {
    const char *name = entry->d_name;
    if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
    if (!strcmp(name, ".git") || !strcmp(name, ".slipway")) continue;
    char *path;
    if (asprintf(&path, "%s/%s", folder, name) < 0) fail("asprintf");
    if (entry->d_type == DT_REG) add(path);
    else {
      if (entry->d_type == DT_DIR) list(path);
      free(path);
    }
  }
  closedir(open);
}

static void *hash(void *unused) {
  (void)unused;
  unsigned char *bytes = malloc(chunk);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!bytes || !context) fail("malloc");
  for (size_t at; (at = atomic_fetch_add(&next, 1)) < found;) {
    int file = open(files[at].path, O_RDONLY | O_CLOEXEC);
    if (file < 0) fail(files[at].path);
    EVP_DigestInit_ex2(context, sha256, NULL);
    ssize_t count;
    while ((count = read(file, bytes, chunk)) > 0) EVP_DigestUpdate(context, bytes, (size_t)count);
    if (count < 0) fail(files[at].path);
    EVP_DigestFinal_ex(context, files[at].digest, NULL);
    close(file);
  }
  EVP_MD_CTX_free(context);
  free(bytes);
  return NULL;
}

int main(int count, char **words) {
  int threads = count == 3 ? atoi(words[1]) : 0;
  if (threads < 1 || threads > most_threads) return 2;
  pthread_t others[most_threads];
  sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
  if (!sha256) return 1;
  if (chdir(words[2]) != 0) fail(words[2]);
  list(".");
  for (int one = 1; one < threads; one++)
    if (pthread_create(&others[one], NULL, hash, NULL) != 0) fail("pthread_create");
  hash(NULL);
  for (int one = 1; one < threads; one++) pthread_join(others[one], NULL);
  for (size_t at = 0; at < found; at++) {
    char hex[digest_size * 2 + 1];
    for (int byte = 0; byte < digest_size; byte++) sprintf(hex + byte * 2, "%02x", files[at].digest[byte]);
    printf("%s  %s\n", hex, files[at].path);
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
