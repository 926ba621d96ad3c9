// The C program that every machine compiles once: it loads kernels and runs programs of them on a pool of threads.

/** Words of a kernel's call before those of its buffers, and the meaning of the flags. */
export const callHeader = 5;
export const callFlags = { parallel: 1, synchronize: 2 } as const;

/** Each call: function, flags, iterations, pieces of a thread's part, number of buffers, then for each buffer twice its offset, plus 1 in the arena. */
export const runtimeSource = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#if defined(__linux__) && !defined(__ANDROID__)
#include <sched.h>
#define PLACEMENT
#endif
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <stdio.h>
#include <time.h>

#define HEADER ${String(callHeader)}
#define PARALLEL ${String(callFlags.parallel)}
#define SYNCHRONIZE ${String(callFlags.synchronize)}
#define MOST_BUFFERS 4096
#define POLLS 1000
#define POLL_SECONDS 2e-4

typedef void kernel(char *const *slots, int begin, int end);

struct pool {
  int threads, started;
  atomic_int stopping;
  _Alignas(64) atomic_int arrived;
  _Alignas(64) atomic_int generation;
  _Alignas(64) atomic_int sequence;
  _Alignas(64) atomic_int sleepers;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  pthread_t *ids;
  const int64_t *calls;
  int64_t count;
  char *base, *arena;
  double *seconds;
  atomic_int *tickets;
#ifdef PLACEMENT
  atomic_int placed;
  cpu_set_t allowed;
#endif
};

struct worker { struct pool *pool; int thread; };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/*
 * Polls for a while, then sleeps. Without the instruction that tells a processor so: hypervisors count it, take a thread that polls for one that waits for a
 * lock, and give its processor to another machine for a tenth of a millisecond and more (pause-loop exiting).
 */
static void wait_for_change(struct pool *pool, atomic_int *word, int seen) {
  double time, end = 0;
  do {
    for (int i = 0; i < POLLS; i++)
      if (atomic_load_explicit(word, memory_order_acquire) != seen) return;
    time = now();
    if (end == 0) end = time + POLL_SECONDS;
  } while (time < end);
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->sleepers, 1);
  while (atomic_load(word) == seen) pthread_cond_wait(&pool->changed, &pool->mutex);
  atomic_fetch_sub(&pool->sleepers, 1);
  pthread_mutex_unlock(&pool->mutex);
}

static void change(struct pool *pool, atomic_int *word) {
  atomic_fetch_add(word, 1);
  if (atomic_load(&pool->sleepers) == 0) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->mutex);
}

/*
 * Linux may wake a thread on the processor of the one that wakes it, and move it to an idle one only after milliseconds (on virtual machines, whose
 * sleeping processors count as taken): threads that sleep between runs are kept from there until they have begun.
 */
#ifdef PLACEMENT
static void place_elsewhere(struct pool *pool) {
  atomic_store(&pool->placed, 0);
  if (atomic_load(&pool->sleepers) == 0) return;
  if (sched_getaffinity(0, sizeof pool->allowed, &pool->allowed)) return;
  cpu_set_t others = pool->allowed;
  CPU_CLR(sched_getcpu(), &others);
  if (CPU_COUNT(&others) < pool->started) return;
  for (int i = 0; i < pool->started; i++) pthread_setaffinity_np(pool->ids[i], sizeof others, &others);
  atomic_store(&pool->placed, 1);
}

static void let_move(struct pool *pool) {
  if (atomic_load(&pool->placed)) pthread_setaffinity_np(pthread_self(), sizeof pool->allowed, &pool->allowed);
}
#else
static void place_elsewhere(struct pool *pool) { (void)pool; }
static void let_move(struct pool *pool) { (void)pool; }
#endif

static void synchronize(struct pool *pool) {
  const int generation = atomic_load(&pool->generation);
  if (atomic_fetch_add(&pool->arrived, 1) == pool->threads - 1) {
    atomic_store(&pool->arrived, 0);
    change(pool, &pool->generation);
  } else wait_for_change(pool, &pool->generation, generation);
}

/* Piece after piece of the thread's own part, then what others have left of theirs. */
static void run_pieces(kernel *run, char *const *slots, int64_t iterations, int64_t pieces, atomic_int *tickets, int thread, int threads) {
  for (int i = 0; i < threads; i++) {
    const int owner = (thread + i) % threads;
    const int64_t first = iterations * owner / threads, end = iterations * (owner + 1) / threads;
    const int64_t size = (end - first + pieces - 1) / pieces;
    for (;;) {
      const int64_t begin = first + size * atomic_fetch_add_explicit(&tickets[owner], 1, memory_order_relaxed);
      if (begin >= end) break;
      run(slots, (int)begin, (int)(begin + size < end ? begin + size : end));
    }
  }
}

static void run_calls(struct pool *pool, int thread, int threads) {
  char *slots[MOST_BUFFERS];
  const int64_t *call = pool->calls;
  double *seconds = thread == 0 ? pool->seconds : 0;
  for (int64_t i = 0; i < pool->count; i++) {
    const int64_t flags = call[1], iterations = call[2], pieces = call[3], buffers = call[4];
    if (threads > 1 && (flags & SYNCHRONIZE)) synchronize(pool);
    if (thread == 0 || (flags & PARALLEL)) {
      for (int64_t k = 0; k < buffers; k++) {
        const int64_t place = call[HEADER + k];
        slots[k] = (place & 1 ? pool->arena : pool->base) + (place >> 1);
      }
      kernel *run = (kernel *)(intptr_t)call[0];
      const double begun = seconds ? now() : 0;
      if (threads > 1 && (flags & PARALLEL)) run_pieces(run, slots, iterations, pieces, pool->tickets + i * threads, thread, threads);
      else run(slots, 0, (int)iterations);
      if (seconds) seconds[i] += now() - begun;
    }
    call += HEADER + buffers;
  }
}

static void *serve(void *argument) {
  struct worker worker = *(struct worker *)argument;
  struct pool *pool = worker.pool;
  free(argument);
  for (int seen = 0;; seen++) {
    wait_for_change(pool, &pool->sequence, seen);
    if (atomic_load(&pool->stopping)) return 0;
    let_move(pool);
    run_calls(pool, worker.thread, pool->threads);
    synchronize(pool);
  }
}

void nw_pool_free(int64_t handle) {
  struct pool *pool = (struct pool *)(intptr_t)handle;
  atomic_store(&pool->stopping, 1);
  change(pool, &pool->sequence);
  for (int i = 0; i < pool->started; i++) pthread_join(pool->ids[i], 0);
  pthread_mutex_destroy(&pool->mutex);
  pthread_cond_destroy(&pool->changed);
  free(pool->ids);
  free(pool);
}

/* 0 when the system gives no memory or no thread. */
int64_t nw_pool_new(int threads) {
  struct pool *pool = aligned_alloc(64, (sizeof(struct pool) + 63) / 64 * 64);
  if (!pool) return 0;
  *pool = (struct pool){.threads = threads};
  pthread_mutex_init(&pool->mutex, 0);
  pthread_cond_init(&pool->changed, 0);
  pool->ids = calloc(threads, sizeof(pthread_t));
  for (int thread = 1; pool->ids && thread < threads; thread++) {
    struct worker *worker = malloc(sizeof(struct worker));
    if (!worker) break;
    *worker = (struct worker){pool, thread};
    if (pthread_create(&pool->ids[pool->started], 0, serve, worker)) {
      free(worker);
      break;
    }
    pool->started++;
  }
  if (pool->started == threads - 1) return (int64_t)(intptr_t)pool;
  nw_pool_free((int64_t)(intptr_t)pool);
  return 0;
}

/*
 * Other threads are woken only for programs that have work for them. Tickets, a word for each call and thread, 0 at first: how many pieces of the
 * thread's part have been taken. 0: done; 1: a call has too many buffers.
 */
int nw_run(int64_t handle, const int64_t *calls, int64_t count, int32_t *tickets, int64_t base, int64_t arena, int parallel, double *seconds) {
  struct pool *pool = (struct pool *)(intptr_t)handle;
  const int64_t *call = calls;
  for (int64_t i = 0; i < count; call += HEADER + call[4], i++) if (call[4] > MOST_BUFFERS) return 1;
  pool->calls = calls;
  pool->count = count;
  pool->base = (char *)(intptr_t)base;
  pool->arena = pool->base + arena;
  pool->seconds = seconds;
  pool->tickets = (atomic_int *)tickets;
  if (!parallel || pool->threads == 1) {
    run_calls(pool, 0, 1);
    return 0;
  }
  place_elsewhere(pool);
  change(pool, &pool->sequence);
  run_calls(pool, 0, pool->threads);
  synchronize(pool);
  return 0;
}

/* The address of a loaded library, or 0 and a message. */
int64_t nw_open(const char *path, char *message, int size) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) snprintf(message, size, "%s", dlerror());
  return (int64_t)(intptr_t)library;
}

int64_t nw_symbol(int64_t library, const char *name) {
  return (int64_t)(intptr_t)dlsym((void *)(intptr_t)library, name);
}

void nw_close(int64_t library) {
  dlclose((void *)(intptr_t)library);
}
`;
