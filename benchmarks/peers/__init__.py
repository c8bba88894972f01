"""The libraries, each written as an expert in it would; one file each."""

TRAINERS = {
    "glassnet": "glassnet_fit:GlassnetTraining",
    "numpy": "numpy_by_hand:NumpyTraining",
    "numba": "numba_by_hand:NumbaTraining",
    "jax": "jax_scan:JaxTraining",
    "torch-by-hand": "torch_by_hand:TorchTrainingByHand",
    "torch": "torch_autograd:TorchTraining",
    "keras": "keras_fit:KerasTraining",
    "sklearn": "sklearn_fit:SklearnTraining",
}

PREDICTORS = {
    "glassnet": "glassnet_fit:GlassnetPrediction",
    "numpy": "numpy_by_hand:NumpyPrediction",
    "onnx-bound": "onnx_session:OnnxIOBinding",
    "onnx": "onnx_session:OnnxSession",
    "jax": "jax_scan:JaxPrediction",
    "torch-by-hand": "torch_by_hand:TorchPredictionByHand",
    "torch": "torch_autograd:TorchPrediction",
    "keras": "keras_fit:KerasPrediction",
    "sklearn": "sklearn_fit:SklearnPrediction",
}

# For cold starts: one typical way to write it for each library.
COLD_STARTS = ("glassnet", "numpy", "sklearn", "torch", "jax", "keras", "numba")
