/* What stands as %XX in a URL. */
#include "base/percent.h"

#include "base/hash.h"

size_t
percent_byte(char *byte, const char *s, size_t n)
{
	int high = *s == '%' && n > 2 ? hex_digit(s[1]) : -1;
	int low = high >= 0 ? hex_digit(s[2]) : -1;

	*byte = low >= 0 ? (char)(high * 16 + low) : *s;
	return low >= 0 ? 3 : 1;
}

size_t
percent_decode(char *s, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; )
		i += percent_byte(&s[to++], s + i, n - i);
	s[to] = '\0';
	return to;
}
