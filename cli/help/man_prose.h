#pragma once

namespace hourglass::cli {

// What the manual says and the option tree does not know, in man(7) macros: before the verbs and after them.
inline constexpr const char* kDescription = R"(.SH DESCRIPTION
Hourglass trains, examines and ships autoencoders: dense and convolutional,
sparse, contractive, tied and denoising ones.
A recipe in TOML says what is trained, and how;
.B hourglass recipes
lists those that are shipped and
.B hourglass recipes keys
every key that one may have.
Options go before recipes, recipes before defaults.
.PP
Results go to standard output, progress and messages to standard error.
With
.B \-\-json
standard output is exactly one JSON document.
One seed gives the same bits on any number of threads.
A run that Ctrl\-C or a signal ended is saved, and
.B \-\-resume
resumes it.
)";

inline constexpr const char* kAfterVerbs = R"(.SH EXIT STATUS
.TP
.B 0
Done.
.TP
.B 1
Failed at run time: a file could not be written, memory ran out, a training
diverged.
.TP
.B 2
Bad usage, recipe or input; the message names the place, what was expected and
what was found.
.TP
.B 130
Interrupted, and everything saved.
.SH ENVIRONMENT
.TP
.B HOURGLASS_DATA_DIR
A folder that holds data sets known by name, or folders of their names; looked
at before anything is downloaded.
.TP
.B HOURGLASS_MODELS_DIR
The folder of the pre\-trained models, instead of the installed one.
.TP
.BR XDG_DATA_HOME ", " HOME
Data sets are kept in
.IR $XDG_DATA_HOME/hourglass ,
or in
.I $HOME/.local/share/hourglass
where it is not set.
.TP
.B TERM
No progress bar is drawn where it is
.B dumb
or not set.
.TP
.B PATH
Where the
.BR gnuplot (1)
that draws plots is looked for.
.SH FILES
.TP
.I runs/NAME/
The folder of a run, where
.B train
was not given another.
It holds
.I model.safetensors
(weights, with recipe and scaler),
.I recipe.toml
(every key),
.I metrics.jsonl
(a line an epoch),
.I report.html
and the images,
and in
.I checkpoint/
the two newest checkpoints for resuming.
.TP
.I NAME.toml
A recipe.
.TP
.I MODEL.safetensors
A model file;
.I NAME.toml
beside a shipped one is its card.
.SH EXAMPLES
Train a shipped recipe, measure the result and look at it:
.PP
.RS
.nf
hourglass train mnist\-conv\-denoising
hourglass eval runs/mnist\-conv\-denoising \-\-corrupt \-\-metrics mse,fvu
hourglass reconstruct runs/mnist\-conv\-denoising \-o out.png
.fi
.RE
.PP
Start a recipe of your own and train it on your data:
.PP
.RS
.nf
hourglass recipes show mnist\-dense\-basic > mine.toml
hourglass gradcheck mine.toml
hourglass train mine.toml \-\-data images.npy \-\-set train.epochs=20
.fi
.RE
.PP
Resume after an interruption:
.PP
.RS
.nf
hourglass train mnist\-conv\-denoising \-\-resume
.fi
.RE
.PP
Codes of a shipped model, and two models side by side:
.PP
.RS
.nf
hourglass encode quickstart \-\-data fashion\-mnist \-o codes.npy
hourglass compare runs/a runs/b \-o comparison
.fi
.RE
.PP
Complete words in this shell:
.PP
.RS
.nf
source <(hourglass completion bash)
.fi
.RE
.SH SEE ALSO
.BR gnuplot (1)
.PP
Each verb tells of itself with
.BR \-\-help .
)";

}  // namespace hourglass::cli
