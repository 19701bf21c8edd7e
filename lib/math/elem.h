/*
 * math/elem.h - elementary functions of our own.
 *
 * libm's exp and log give other bits on another CPU or release; these are
 * made of +, -, *, / and bit moves in one written order, so they give the
 * same bits everywhere (build with -ffp-contract=off).  Errors against the
 * exact value, from tests/unit/math/elem.c over 200,000 arguments each: exp,
 * log, log1p < 1 ulp; expm1 < 2; tanh < 2.5; erf < 16; erfc < 40.
 *
 * The float forms compute in double and round once: almost always the
 * nearest float.  NaN in, NaN out; exp overflows to infinity and falls
 * through the denormals to zero; log(0) is -infinity, log of a negative
 * number NaN.
 */
#ifndef MATH_ELEM_H
#define MATH_ELEM_H

#include <stddef.h>

double m_exp(double x);
double m_expm1(double x);
double m_log(double x);
double m_log1p(double x);
double m_log2(double x);
double m_log10(double x);
double m_pow(double x, double y);	/* as C's pow on special values */
double m_tanh(double x);
double m_erf(double x);
double m_erfc(double x);
/* 1/(1+e^-x), written with e^-|x| so that nothing overflows:
 * v = 1/(1+e^-|x|), and 1-v for negative x, as onnxruntime does. */
double m_sigmoid(double x);

float m_expf(float x);
float m_logf(float x);
float m_tanhf(float x);
float m_erff(float x);
float m_powf(float x, float y);
/* In float arithmetic around m_expf, as ONNX's LOGISTIC is defined. */
float m_sigmoidf(float x);

#endif
