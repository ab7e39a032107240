#pragma once

#include "hourglass/model/autoencoder.h"

namespace hourglass {

/// init = "pca": changes the weights so that the code is the first principal components of `rows`, scaled by the
/// model's scaler, and the decoder is their best linear reconstruction (pca.h): training starts at the optimum of a
/// linear autoencoder. Encoder and decoder are each a dense layer, or two of them with relu, gelu or softplus between
/// them. For these s(x) − s(−x) = x, so that a pair of hidden units with the weights w and −w passes w·x on unchanged;
/// the output of all other hidden units gets the weight 0. Throws Error for another network, for fewer than two hidden
/// units per unit of the code, for a code larger than the number of features, and above 4096 features.
void initialise_by_pca(const Dataset& rows, int threads, Autoencoder& model);

}  // namespace hourglass
