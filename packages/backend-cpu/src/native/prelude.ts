// The vector types and functions that every generated C file starts with. GCC 9, Clang 9 and later.

/** C for vectors of `lanes` floats. */
export function prelude(lanes: number): string {
  const each = (value: (lane: number) => string | number): string =>
    Array.from({ length: lanes }, (_, lane) => value(lane)).join(', ');
  const exchanges: string[] = [];
  for (let distance = lanes / 2; distance >= 1; distance /= 2)
    exchanges.push(`EXCHANGE(v_exchange${String(distance)}, ${each((lane) => lane ^ distance)})`);
  return `#define INLINE static inline __attribute__((always_inline, unused))
#define LANES ${String(lanes)}
#define VECTOR(element) element __attribute__((vector_size(LANES * sizeof(element))))
#ifndef __has_builtin
#define __has_builtin(name) 0
#endif
typedef VECTOR(float) vf;
typedef VECTOR(int) vi;
typedef VECTOR(unsigned) vu;
typedef VECTOR(unsigned char) vb;
typedef double vd __attribute__((vector_size(LANES * sizeof(float))));
typedef vf vf_any __attribute__((aligned(1), may_alias));
typedef vb vb_any __attribute__((aligned(1), may_alias));
typedef float f_any __attribute__((aligned(1), may_alias));
typedef double d_any __attribute__((aligned(1), may_alias));
double sin(double), cos(double), pow(double, double);

INLINE vf vf_splat(float x) { return (vf){${each(() => 'x')}}; }
INLINE vf vi_splat(int x) { return (vf)(vi){${each(() => 'x')}}; }
INLINE vf vf_first(float x) { return (vf){x}; }
INLINE vf vf_insert(vf v, int lane, float x) { v[lane] = x; return v; }
INLINE vf vi_insert(vf v, int lane, int x) { vi w = (vi)v; w[lane] = x; return (vf)w; }
INLINE float vf_lane(vf v, int lane) { return v[lane]; }
INLINE int vi_lane(vf v, int lane) { return ((vi)v)[lane]; }

INLINE float f_load(const char *p) { return *(const f_any *)p; }
INLINE vf v_load(const char *p) { return *(const vf_any *)p; }
INLINE void v_store(char *p, vf v) { *(vf_any *)p = v; }
/* Stores that need not stay in the caches; uncached_end comes before anything that tells other threads of them. */
#if LANES == 16 && __has_builtin(__builtin_ia32_movntps512) && defined(__AVX512F__)
INLINE void v_store_uncached(char *p, vf v) { __builtin_ia32_movntps512((float *)p, v); }
INLINE void uncached_end(void) { __builtin_ia32_sfence(); }
#elif LANES == 8 && __has_builtin(__builtin_ia32_movntps256) && defined(__AVX__)
INLINE void v_store_uncached(char *p, vf v) { __builtin_ia32_movntps256((float *)p, v); }
INLINE void uncached_end(void) { __builtin_ia32_sfence(); }
#else
INLINE void v_store_uncached(char *p, vf v) { v_store(p, v); }
INLINE void uncached_end(void) {}
#endif
INLINE void v_store1(char *p, vf v, int lane) { *(f_any *)p = v[lane]; }
INLINE void v_store2(char *p, vf v, int pair) { *(d_any *)p = ((vd)v)[pair]; }
INLINE int byte_load(const char *p) { return *(const unsigned char *)p; }
INLINE void byte_store(char *p, int x) { *(unsigned char *)p = (unsigned char)x; }
INLINE vf bytes_load(const char *p) { return (vf)__builtin_convertvector(*(const vb_any *)p, vi); }
INLINE void bytes_store(char *p, vf v) { *(vb_any *)p = __builtin_convertvector((vu)v, vb); }

#if __has_builtin(__builtin_shufflevector)
#define EXCHANGE(name, ...) INLINE vf name(vf v) { return __builtin_shufflevector(v, v, __VA_ARGS__); }
#else
#define EXCHANGE(name, ...) INLINE vf name(vf v) { return __builtin_shuffle(v, (vi){__VA_ARGS__}); }
#endif
${exchanges.join('\n')}

INLINE vf v_select(vf a, vf b, vf mask) { return (vf)(((vi)a & (vi)mask) | ((vi)b & ~(vi)mask)); }
INLINE vf vi_min(vf a, vf b) { return v_select(a, b, (vf)((vi)a < (vi)b)); }
INLINE vf vi_max(vf a, vf b) { return v_select(a, b, (vf)((vi)a > (vi)b)); }
INLINE vf vu_min(vf a, vf b) { return v_select(a, b, (vf)((vu)a < (vu)b)); }
INLINE vf vu_max(vf a, vf b) { return v_select(a, b, (vf)((vu)a > (vu)b)); }
INLINE vf vi_abs(vf a) { return v_select((vf)(-(vu)a), a, (vf)((vi)a < 0)); }
INLINE vf vf_abs(vf a) { return (vf)((vi)a & 0x7fffffff); }

/* The smaller and the larger, the first operand where a comparison fails: with a NaN, and for zeros. */
#if LANES == 8 && __has_builtin(__builtin_ia32_minps256) && defined(__AVX__)
INLINE vf vf_pmin(vf a, vf b) { return __builtin_ia32_minps256(b, a); }
INLINE vf vf_pmax(vf a, vf b) { return __builtin_ia32_maxps256(b, a); }
#elif LANES == 4 && __has_builtin(__builtin_ia32_minps) && defined(__SSE__)
INLINE vf vf_pmin(vf a, vf b) { return __builtin_ia32_minps(b, a); }
INLINE vf vf_pmax(vf a, vf b) { return __builtin_ia32_maxps(b, a); }
#else
INLINE vf vf_pmin(vf a, vf b) { return v_select(b, a, (vf)(b < a)); }
INLINE vf vf_pmax(vf a, vf b) { return v_select(b, a, (vf)(a < b)); }
#endif

#if __has_builtin(__builtin_elementwise_sqrt)
INLINE vf vf_sqrt(vf a) { return __builtin_elementwise_sqrt(a); }
#elif LANES == 8 && __has_builtin(__builtin_ia32_sqrtps256) && defined(__AVX__)
INLINE vf vf_sqrt(vf a) { return __builtin_ia32_sqrtps256(a); }
#elif LANES == 4 && __has_builtin(__builtin_ia32_sqrtps) && defined(__SSE__)
INLINE vf vf_sqrt(vf a) { return __builtin_ia32_sqrtps(a); }
#elif LANES == 16 && __has_builtin(__builtin_ia32_sqrtps512_mask) && defined(__AVX512F__)
INLINE vf vf_sqrt(vf a) { return __builtin_ia32_sqrtps512_mask(a, a, -1, 4); }
#else
INLINE vf vf_sqrt(vf a) { for (int i = 0; i < LANES; i++) a[i] = __builtin_sqrtf(a[i]); return a; }
#endif

/* To the nearest integer, ties to even: above 2^23 there is no fraction. */
INLINE vf vf_nearest(vf a) {
  const vi sign = (vi)a & ~0x7fffffff;
  const vf large = (vf)(sign | (vi)vf_splat(0x1p23f));
  const vf rounded = (vf)((vi)((a + large) - large) | sign);
  return v_select(rounded, a, (vf)(vf_abs(a) < vf_splat(0x1p23f)));
}
INLINE vf vf_floor(vf a) {
  const vf near = vf_nearest(a);
  return near - (vf)((vi)vf_splat(1.0f) & (near > a));
}

/* Saturating conversions; NaN gives 0. */
INLINE vf vf_trunc_s(vf a) {
  const vi above = a >= vf_splat(0x1p31f), below = a < vf_splat(-0x1p31f);
  const vi outside = above | below | (a != a);
  const vi inside = __builtin_convertvector((vf)((vi)a & ~outside), vi);
  return (vf)(inside | (above & 0x7fffffff) | (below & ~0x7fffffff));
}
INLINE vf vf_trunc_u(vf a) {
  const vi above = a >= vf_splat(0x1p32f), upper = a >= vf_splat(0x1p31f);
  const vi kept = (a > vf_splat(-1.0f)) & ~above;
  const vf moved = a - (vf)((vi)vf_splat(0x1p31f) & upper);
  const vi inside = __builtin_convertvector((vf)((vi)moved & kept), vi);
  return (vf)((inside ^ (upper & kept & ~0x7fffffff)) | above);
}
`;
}
