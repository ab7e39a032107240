/* Hourglass: encode, decode and score with a trained autoencoder, from C. C++ programs include hourglass.hpp.
 *
 * A row is one sample: floats in the units of the data the model was trained on, an image as channels, height, width.
 * The scaling stored in the model is applied as the program does: pixels of a model with scale "unit" or "center" are
 * 0 … 1, those of all others as they were trained on. Buffers belong to the caller and hold rows one after another,
 * without gaps.
 *
 * A model may be used by any number of threads at once. A call works on its own thread alone, and allocates no memory
 * after the thread's first call with as many rows; what it works in is freed with the model. Rows are taken 256 at a
 * time, as by the program, so that results are the program's to the last bit.
 *
 * No function prints, exits or throws. The interface only grows until the number in the library's soname changes. */
#ifndef HOURGLASS_H
#define HOURGLASS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hourglass_status {
  HOURGLASS_OK = 0,
  HOURGLASS_FAILED = 1,   /* the world's fault: no memory, for instance */
  HOURGLASS_BAD_INPUT = 2 /* a file that cannot be read or is no model, a NULL where something was expected */
} hourglass_status;

/* What went wrong in the calling thread's last call that did not return HOURGLASS_OK, in words; never NULL. Valid until
 * the thread's next such call. */
const char* hourglass_error(void);

/* The library's version: "0.1.0". */
const char* hourglass_version(void);

typedef struct hourglass_model hourglass_model;

/* Reads a model: a run folder or a .safetensors file. *model is NULL unless HOURGLASS_OK is returned. */
hourglass_status hourglass_load(const char* path, hourglass_model** model);
/* NULL is allowed. No call with the model may be running. */
void hourglass_free(hourglass_model* model);

/* Floats in a row, and in its code. */
size_t hourglass_inputs(const hourglass_model* model);
size_t hourglass_code_size(const hourglass_model* model);
/* 1 if the model stores what scores are measured against, else 0. */
int hourglass_has_scores(const hourglass_model* model);

/* codes (count × code_size) of rows (count × inputs). */
hourglass_status hourglass_encode(const hourglass_model* model, const float* rows, size_t count, float* codes);
/* rows (count × inputs) of codes (count × code_size). */
hourglass_status hourglass_decode(const hourglass_model* model, const float* codes, size_t count, float* rows);
/* What the model makes of rows (count × inputs): out (count × inputs), which may be rows. */
hourglass_status hourglass_reconstruct(const hourglass_model* model, const float* rows, size_t count, float* out);
/* How abnormal each of rows (count × inputs) is: scores (count); above 1 is beyond the threshold stored in the model.
 * +infinity for a row too far out to compute with. HOURGLASS_BAD_INPUT for a model without one, and for a missing
 * value (NaN) where the model fills none in. */
hourglass_status hourglass_score(const hourglass_model* model, const float* rows, size_t count, double* scores);

#ifdef __cplusplus
}
#endif

#endif
