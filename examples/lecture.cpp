// The lecture's worked example, with nothing but numbers that record: forward, the error, its derivatives,
// and one step of gradient descent.
#include <cstdio>

#include <wengert/wengert.hpp>

using wengert::Value;
using wengert::variable;

int main() {
    const double x1 = 0.1, x2 = 0.5, y1 = 0.05, y2 = 0.95, eta = 0.6;
    Value w11 = variable(0.1), w12 = variable(0.3), w21 = variable(0.2), w22 = variable(0.4);  // W[1]
    Value v11 = variable(0.5), v12 = variable(0.6), v21 = variable(0.7), v22 = variable(0.8);  // W[2]
    Value b = variable(0.25), c = variable(0.35);  // b[1], b[2]: a layer shares one bias

    // Forward.
    const Value a1 = sigmoid(w11 * x1 + w12 * x2 + b);
    const Value a2 = sigmoid(w21 * x1 + w22 * x2 + b);
    const Value yhat1 = sigmoid(v11 * a1 + v12 * a2 + c);
    const Value yhat2 = sigmoid(v21 * a1 + v22 * a2 + c);
    const Value E = 0.5 * (square(y1 - yhat1) + square(y2 - yhat2));
    std::printf("yhat     = %.10f  %.10f\nE        = %.10f\n\n", yhat1.value(), yhat2.value(), E.value());

    // Backward: one sweep, and every value knows how E depends on it.
    E.backward();
    std::printf("dE/dyhat = %13.10f %13.10f\n", yhat1.grad(), yhat2.grad());
    std::printf("dE/dW[2] = %13.10f %13.10f\n", v11.grad(), v12.grad());
    std::printf("           %13.10f %13.10f   dE/db[2] = %.10f\n", v21.grad(), v22.grad(), c.grad());
    std::printf("dE/da[1] = %13.10f %13.10f\n", a1.grad(), a2.grad());
    std::printf("dE/dW[1] = %13.10f %13.10f\n", w11.grad(), w12.grad());
    std::printf("           %13.10f %13.10f   dE/db[1] = %.10f\n\n", w21.grad(), w22.grad(), b.grad());

    // The step: w <- w - eta dE/dw. These four are the lecture's homework.
    const auto stepped = [eta](const Value& w) { return w.value() - eta * w.grad(); };
    std::printf("W[1] after one step = %.10f  %.10f\n", stepped(w11), stepped(w12));
    std::printf("                      %.10f  %.10f\n", stepped(w21), stepped(w22));
}
