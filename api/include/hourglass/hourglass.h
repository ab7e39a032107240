/**
 * @file
 * C interface of the Hourglass library: encode, decode and score with a trained autoencoder. C++ programs include
 * hourglass.hpp.
 *
 * **Rows.** A row is one sample of `float` values in the units of the training data; an image is stored as channels,
 * height, width. The scaler in the model file is applied, as in the program. Exception: models with scale "unit" or
 * "center" that were trained on bytes expect pixels in 0 … 1. Buffers belong to the caller and contain consecutive rows
 * without gaps.
 *
 * **Threads.** Any number of threads may use a model at the same time. A call runs on the calling thread only, and
 * allocates nothing after the thread's first call with as many rows; its working memory is freed with the model. Rows
 * are processed 256 at a time, as in the program; results are bit-identical to the program's if calls are split at
 * multiples of 256 rows.
 *
 * **Errors and compatibility.** No function prints, exits or throws; none crashes for NULL, for a handle that was not
 * loaded or is freed, or for a count that no memory can hold. Functions are added, but not changed or removed,
 * as long as the number in the soname of the library stays the same.
 */
#ifndef HOURGLASS_H
#define HOURGLASS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Result of a call. */
typedef enum hourglass_status {
  HOURGLASS_OK = 0,
  HOURGLASS_FAILED = 1,    /**< runtime failure that the input did not cause, such as out of memory */
  HOURGLASS_BAD_INPUT = 2, /**< a file that is unreadable or not a model, or unsuitable values */
  /** The same number, for a mistake in the call: an unexpected NULL, more rows than memory can hold, or a handle that
   * is no loaded model. */
  HOURGLASS_INVALID_ARGUMENT = HOURGLASS_BAD_INPUT
} hourglass_status;

/** Message of the calling thread's last call that did not return HOURGLASS_OK; never NULL. Valid until the thread's
 * next such call. */
const char* hourglass_error(void);

/** Version of the library, such as "0.1.0". */
const char* hourglass_version(void);

/** A loaded model. */
typedef struct hourglass_model hourglass_model;

/** Loads a model from a run folder or a .safetensors file. `*model` is NULL unless HOURGLASS_OK is returned. */
hourglass_status hourglass_load(const char* path, hourglass_model** model);
/** Frees a model; NULL and a handle that is no loaded model are ignored. No other call may be using the model. */
void hourglass_free(hourglass_model* model);

/** Number of values in a row; 0 for a handle that is no loaded model. */
size_t hourglass_inputs(const hourglass_model* model);
/** Number of values in a code; 0 for a handle that is no loaded model. */
size_t hourglass_code_size(const hourglass_model* model);
/** 1 if the model can compute anomaly scores, else 0. */
int hourglass_has_scores(const hourglass_model* model);

/** Computes codes (count × code_size) from rows (count × inputs). A missing value (NaN) is HOURGLASS_BAD_INPUT if the
 * model does not replace missing values; hourglass_reconstruct and hourglass_score refuse it too. */
hourglass_status hourglass_encode(const hourglass_model* model, const float* rows, size_t count, float* codes);
/** Computes rows (count × inputs) from codes (count × code_size). */
hourglass_status hourglass_decode(const hourglass_model* model, const float* codes, size_t count, float* rows);
/** Reconstructs rows (count × inputs) into out (count × inputs); out may be the same buffer as rows. */
hourglass_status hourglass_reconstruct(const hourglass_model* model, const float* rows, size_t count, float* out);
/** Computes anomaly scores (count) of rows (count × inputs). A score above 1 exceeds the threshold of the model; it is
 * +infinity for a row with values too large to compute with. Returns HOURGLASS_BAD_INPUT if hourglass_has_scores() is
 * 0. */
hourglass_status hourglass_score(const hourglass_model* model, const float* rows, size_t count, double* scores);

#ifdef __cplusplus
}
#endif

#endif
