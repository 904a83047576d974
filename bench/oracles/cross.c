/* Layouts that depend on the target: alignment of 64-bit types, order of bitfields, size of long, sign of char. */
#include <stdint.h>
enum color { RED, GREEN = 5, BLUE = -1 };
enum big { SMALL = 1, LARGE = 0x80000000u };
struct wide { char c; long long ll; double d; char e; long double ld; };
struct bits { unsigned a : 3; int b : 7; unsigned long long c : 40; _Bool d : 1; char e; enum color f : 4; unsigned : 5; unsigned g : 2; short h : 9; };
struct __attribute__((packed)) tight { char c; int i; uint64_t q; struct { short s; int t : 5; int u : 12; } in; long l[2][3]; };
struct straddle { char x; unsigned a : 20; unsigned b : 20; unsigned long long c : 63; unsigned : 0; unsigned d : 1; } __attribute__((aligned(16)));
union mixed { struct { int a, b; }; double d; char tail[13]; void (*call)(struct wide *, union mixed, const char *, ...); };
struct flex { int n; struct bits items[]; };
struct aligned_member { char c; int i __attribute__((aligned(8))); _Complex double z; _Complex float y; };
struct packed_ll { int a; long long b __attribute__((packed)); char c; long long e; } __attribute__((packed, aligned(4)));
typedef int v4 __attribute__((vector_size(16)));
struct vec { char c; v4 v; };
struct quals { const volatile int *const p; char *restrict r; _Atomic int at; int (*fp[3])(void); int (*(*ret)(int))[4]; };
struct wide w; struct bits b; struct tight t; struct straddle s; union mixed m; struct flex f; struct aligned_member am; struct packed_ll pl;
enum big eb; struct vec v; struct quals q;
