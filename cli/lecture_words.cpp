#include "lecture_words.hpp"

#include <cstdlib>

namespace {

constexpr Words english{
    .code = "en",
    .of_lecture =
        "The worked example of \"Fundamentos de las Redes Neuronales, Clase 5\":\n"
        "one step of backpropagation in a 2-2-2 network whose layers share a bias each.\n\n",
    .of_exercise =
        "One step of backpropagation in a {} network\n"
        "whose layers share a bias each.\n\n",
    .three_ways =
        "\nEach figure three times:\n"
        "  autodiff     the network of Values; one backward() gives every derivative of E\n"
        "  chain rule   derived by hand, in plain arithmetic\n"
        "  lecture      as printed; cut to 5 decimals, so 0.00001 counts as agreeing\n\n",
    .two_ways =
        "\nEach figure twice:\n"
        "  autodiff     the network of Values; one backward() gives every derivative of E\n"
        "  chain rule   derived by hand, in plain arithmetic\n\n",
    .autodiff = "autodiff",
    .chain_rule = "chain rule",
    .lecture = "lecture",
    .given = {"GIVEN", "Given"},
    .questions = {"QUESTIONS", "Questions"},
    .solution = {"SOLUTION", "Solution"},
    .forward = {"FORWARD", "Forward propagation"},
    .backward = {"BACKWARD", "Backward propagation"},
    .step = {"THE STEP", "The step of gradient descent"},
    .steps = {"THE ERROR, STEP BY STEP", "The error, step by step"},
    .swept =
        "  E.backward() has swept the recording once. grad() now answers for whatever\n"
        "  has a name: the weights, and unasked what lies between, as dE/dyhat.\n",
    .layer = "Layer {}",
    .prediction = ", the prediction {}",
    .with = ", with {}",
    .error = "The error",
    .shared = ": all neurons share b",
    .after_title = "The error after the step, and after a step of the weights alone",
    .E_after = "E after",
    .E_after_weights = "E, weights only",
    .agree = "agree",
    .slip = "slip",
    .differ = "DIFFER",
    .slip_at = "  > Slip: {}\n",
    .slips = {{{"the output layer is called linear, and computed with the sigmoid",
                "the output layer is called linear, and computed with the sigmoid",
                "the lecture says that the output neurons are linear. It computes them\n"
                "    with the sigmoid, and so do we; linear ones would give yhat = z[2]."},
               {"dE/dyhat_1 = -0.68492 has the wrong sign",
                "$\\frac{dE}{d\\hat{y}_1} = -0.68492$ has the wrong sign",
                "the lecture prints dE/dyhat_1 = -0.68492, a wrong sign: it is\n"
                "    yhat_1 - y_1 = 0.73492 - 0.05, and the next pages go on with +0.68492."},
               {"0.1980 stands for 0.19480 in the product for dE/dw_11[2]",
                "$0.1980$ stands for $0.19480$ in the product for $\\frac{dE}{dw_{11}^{[2]}}$",
                "in the product for dE/dw_11[2] the lecture writes 0.1980 for 0.19480.\n"
                "    Its result, 0.0802, is that of 0.19480; with 0.1980 it would be 0.0815."}}},
    .homework = "The homework, the four weights of layer 1 after one step:",
    .conclusion_of_lecture =
        "{} of {} figures agree between autodiff and the chain rule, and {} of the {}\n"
        "that the lecture prints agree with both.\n",
    .conclusion = "{} of {} figures agree between autodiff and the chain rule.\n",
    .no_mistake = "check_layers finds no mistake in any layer of the backward pass by hand.\n",
    .in_brief =
        "The lecture's worked example: a 2-2-2 network of Values, one backward()\n"
        "                  by autodiff                 as the lecture prints it\n",
    .slips_in_brief = "The lecture's slips:\n",

    .title_of_lecture = "The lecture's example: backpropagation in a {} network",
    .title_of_exercise = "Exercise: backpropagation in a {} network",
    .one_bias = "All neurons of a layer share its bias.",
    .asked = {"Propagate forward: {z} and {a} of every layer, up to the prediction {yhat}.",
              "Compute the error {error}.", "How does the error change with each output: {dE_dyhat}?",
              "Propagate backward by the chain rule, from the last layer to the first: {dE_dw} "
              "for every weight and {dE_db} for every bias.",
              "Update all weights and biases by one step of gradient descent, with the learning rate {eta}.",
              "Compute the error again with the new weights and biases. Has it fallen?"},
    .asked_of_many = "Repeat the step with a program: what is {E} after {steps} steps?",
    .first_step = "The figures are those of the first of {} steps.",
    .step_column = "step",
    .curve_title = "the error E, step by step",

    .perceptron =
        "The perceptron: f(z) = 1 where z >= 0, else 0, of z = w_1 x_1 + w_2 x_2 + b.\n"
        "Backpropagation finds no derivative there to go by. Without hidden layers it\n"
        "has a learning rule of its own (Rosenblatt, 1958):\n\n"
        "    w_j <- w_j + eta (y - yhat) x_j     b <- b + eta (y - yhat)     eta = 1\n",
    .learned = "  Learned: epoch {} makes no mistake.\n",
    .columns = "epoch        w_1        w_2          b   mistakes      right",
    .no_line =
        "  Never learned: in {} starts of {} epochs each, looked at after each\n"
        "  correction, the most that it ever has right is {} of 4. No line parts the\n"
        "  classes: that takes b < 0, w_1 + b >= 0, w_2 + b >= 0, w_1 + w_2 + b < 0.\n"
        "  But the two in the middle give w_1 + w_2 + b >= -b > 0.\n",
    .mlp =
        "XOR by a multilayer perceptron, {}, with a hidden layer of tanh and a\n"
        "linear output, trained by backpropagation in {} epochs:\n",
    .mlp_columns = "x_1   x_2     y         yhat   class",
    .mlp_right = "  {} of 4 right.\n",
};

constexpr Words spanish{
    .code = "es",
    .of_lecture =
        "El ejemplo de \"Fundamentos de las Redes Neuronales, Clase 5\":\n"
        "un paso de retropropagación en una red 2-2-2 con un solo sesgo por capa.\n\n",
    .of_exercise =
        "Un paso de retropropagación en una red {}\n"
        "con un solo sesgo por capa.\n\n",
    .three_ways =
        "\nCada cifra, de tres maneras:\n"
        "  autodiff     la red de Values; un solo backward() da todas las derivadas de E\n"
        "  a mano       con la regla de la cadena, en aritmética simple\n"
        "  la clase     como la imprime, cortada a 5 decimales: 0.00001 no es diferencia\n\n",
    .two_ways =
        "\nCada cifra, de dos maneras:\n"
        "  autodiff     la red de Values; un solo backward() da todas las derivadas de E\n"
        "  a mano       con la regla de la cadena, en aritmética simple\n\n",
    .autodiff = "autodiff",
    .chain_rule = "a mano",
    .lecture = "la clase",
    .given = {"DATOS", "Datos"},
    .questions = {"PREGUNTAS", "Preguntas"},
    .solution = {"SOLUCIÓN", "Solución"},
    .forward = {"PROPAGACIÓN HACIA ADELANTE", "Propagación hacia adelante"},
    .backward = {"PROPAGACIÓN HACIA ATRÁS", "Propagación hacia atrás"},
    .step = {"ACTUALIZACIÓN DE PESOS Y SESGOS", "Actualización de pesos y sesgos"},
    .steps = {"EL ERROR, PASO A PASO", "El error, paso a paso"},
    .swept =
        "  E.backward() recorrió la grabación una sola vez. Ahora grad() responde por\n"
        "  todo lo que tiene nombre: los pesos y también lo intermedio, como dE/dyhat.\n",
    .layer = "Capa {}",
    .prediction = ", la predicción {}",
    .with = ", con {}",
    .error = "El error",
    .shared = ": todas las neuronas comparten b",
    .after_title = "El error después del paso, y después de un paso de los pesos solos",
    .E_after = "E después",
    .E_after_weights = "E, solo pesos",
    .agree = "coincide",
    .slip = "errata",
    .differ = "DIFIERE",
    .slip_at = "  > Errata: {}\n",
    .slips = {{{"llama lineal a la capa de salida, y la calcula con la sigmoide",
                "llama lineal a la capa de salida, y la calcula con la sigmoide",
                "la clase dice que las neuronas de salida son lineales. Las calcula\n"
                "    con la sigmoide, y aquí también; unas lineales darían yhat = z[2]."},
               {"dE/dyhat_1 = -0.68492 tiene el signo equivocado",
                "$\\frac{dE}{d\\hat{y}_1} = -0.68492$ tiene el signo equivocado",
                "la clase imprime dE/dyhat_1 = -0.68492, con el signo equivocado: es\n"
                "    yhat_1 - y_1 = 0.73492 - 0.05, y las páginas siguientes usan +0.68492."},
               {"0.1980 está en lugar de 0.19480 en el producto de dE/dw_11[2]",
                "$0.1980$ está en lugar de $0.19480$ en el producto de $\\frac{dE}{dw_{11}^{[2]}}$",
                "en el producto de dE/dw_11[2] la clase escribe 0.1980 por 0.19480.\n"
                "    Su resultado, 0.0802, es el de 0.19480; con 0.1980 sería 0.0815."}}},
    .homework = "La tarea, los cuatro pesos de la capa 1 después de un paso:",
    .conclusion_of_lecture =
        "{} de {} cifras coinciden entre autodiff y la regla de la cadena, y {} de las {}\n"
        "que la clase imprime coinciden con ambas.\n",
    .conclusion = "{} de {} cifras coinciden entre autodiff y la regla de la cadena.\n",
    .no_mistake =
        "check_layers no encuentra errores en ninguna capa de la propagación hacia\natrás hecha a mano.\n",
    .in_brief =
        "El ejemplo de la clase: una red 2-2-2 de Values, un solo backward()\n"
        "                  con autodiff                como lo imprime la clase\n",
    .slips_in_brief = "Las erratas de la clase:\n",

    .title_of_lecture = "El ejemplo de la clase: retropropagación en una red {}",
    .title_of_exercise = "Ejercicio: retropropagación en una red {}",
    .one_bias = "Todas las neuronas de una capa comparten su sesgo.",
    .asked = {"Propagación hacia adelante: {z} y {a} de cada capa, hasta la predicción {yhat}.",
              "Calcula el error {error}.", "¿Cómo cambia el error conforme cambia cada salida: {dE_dyhat}?",
              "Propagación hacia atrás por la regla de la cadena, de la última capa a la primera: "
              "{dE_dw} para cada peso y {dE_db} para cada sesgo.",
              "Actualiza todos los pesos y sesgos con un paso de descenso por gradiente, con la tasa de "
              "aprendizaje {eta}.",
              "Calcula otra vez el error, con los pesos y sesgos nuevos. ¿Bajó?"},
    .asked_of_many = "Repite el paso con un programa: ¿cuánto vale {E} después de {steps} pasos?",
    .first_step = "Las cifras son las del primero de {} pasos.",
    .step_column = "paso",
    .curve_title = "el error E, paso a paso",

    .perceptron =
        "El perceptrón: f(z) = 1 si z >= 0, 0 si z < 0, con z = w_1 x_1 + w_2 x_2 + b.\n"
        "No es diferenciable: la retropropagación no tiene derivada que seguir. Sin\n"
        "capas ocultas tiene una regla de aprendizaje propia (Rosenblatt, 1958):\n\n"
        "    w_j <- w_j + eta (y - yhat) x_j     b <- b + eta (y - yhat)     eta = 1\n",
    .learned = "  Aprendida: la época {} no comete errores.\n",
    .columns = "época        w_1        w_2          b    errores   aciertos",
    .no_line =
        "  Nunca aprendida: en {} inicios de {} épocas cada uno, mirando después de\n"
        "  cada corrección, lo más que llega a acertar es {} de 4. Ninguna recta separa\n"
        "  las clases: hace falta b < 0, w_1 + b >= 0, w_2 + b >= 0, w_1 + w_2 + b < 0.\n"
        "  Pero las dos de en medio dan w_1 + w_2 + b >= -b > 0.\n",
    .mlp =
        "XOR con un perceptrón multicapa, {}, con una capa oculta de tanh y salida\n"
        "lineal, entrenado por retropropagación en {} épocas:\n",
    .mlp_columns = "x_1   x_2     y         yhat   clase",
    .mlp_right = "  {} de 4 aciertos.\n",
};

constexpr const Words* all[] = {&english, &spanish};

}  // namespace

const Words& words(std::string_view language) {
    for (const Words* w : all)
        if (language == w->code) return *w;
    return english;
}

std::vector<std::string> languages() {
    std::vector<std::string> codes;
    for (const Words* w : all) codes.emplace_back(w->code);
    return codes;
}

std::string language_of_locale() {
    for (const char* const name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        const std::string_view locale(value);
        const bool spanish_one =
            locale.starts_with("es") &&
            (locale.size() == 2 || std::string_view("_.@").find(locale[2]) != std::string_view::npos);
        return spanish_one ? "es" : "en";
    }
    return "en";
}
