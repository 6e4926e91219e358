// Reverse mode as tutorials write it: a graph of shared nodes, sorted by recursion. Its rules are wengert's.
// On a chain of a million nodes it overflows its stack, as they do.
#include <wengert/wengert.hpp>

#include <unordered_set>

#include "engine.hpp"

namespace {

struct Node {
    struct Edge {
        std::shared_ptr<Node> child;
        double partial;
    };
    double value = 0.0, adjoint = 0.0;
    std::vector<Edge> edges;
};

class Number : wengert::List<> {  // so that its operators and functions are found
public:
    using WengertNumber = Number;
    using Inner = double;

    Number(double value = 0.0) : node_(std::make_shared<Node>()) { node_->value = value; }
    const double& value() const { return node_->value; }
    double adjoint() const { return node_->adjoint; }

    template <class A> Number& operator+=(const A& x) { return *this = *this + x; }
    template <class A> Number& operator-=(const A& x) { return *this = *this - x; }
    template <class A> Number& operator*=(const A& x) { return *this = *this * x; }
    template <class A> Number& operator/=(const A& x) { return *this = *this / x; }

    template <class Rule, class... A> static Number apply(const A&... x) {
        return evaluate<Rule>(std::index_sequence_for<A...>{}, wengert::detail::NoParameter{}, Number(x)...);
    }
    template <class Rule, class P, class... A> static Number apply_with(const P& parameter, const A&... x) {
        return evaluate<Rule>(std::index_sequence_for<A...>{}, parameter, Number(x)...);
    }

    /// The adjoints of all nodes that this one comes from, by the reverse of the order in which they came.
    void backward() const {
        std::vector<Node*> order;
        std::unordered_set<Node*> visited;
        sort(node_.get(), order, visited);
        for (Node* node : order) node->adjoint = 0.0;
        node_->adjoint = 1.0;
        for (auto node = order.rbegin(); node != order.rend(); ++node) {
            for (const Node::Edge& edge : (*node)->edges)
                edge.child->adjoint += edge.partial * (*node)->adjoint;
        }
    }

private:
    static void sort(Node* node, std::vector<Node*>& order, std::unordered_set<Node*>& visited) {
        if (!visited.insert(node).second) return;
        for (const Node::Edge& edge : node->edges) sort(edge.child.get(), order, visited);
        order.push_back(node);
    }

    void push(const Number& argument, double partial) { node_->edges.push_back({argument.node_, partial}); }

    template <class Rule, std::size_t... I, class P, std::same_as<Number>... N>
    static Number evaluate(std::index_sequence<I...>, const P& p, const N&... x) {
        if constexpr (sizeof...(N) == 1 && wengert::detail::Shares<Rule, double>) {
            return evaluate_shared<Rule>(x...);
        } else {
            Number result(wengert::detail::value_of<Rule>(p, x.value()...));
            if constexpr (!wengert::detail::Flat<Rule>)
                (result.push(x, partial<Rule, int{I}>(p, result.value(), x.value()...)), ...);
            return result;
        }
    }
    template <class Rule> static Number evaluate_shared(const Number& x) {
        const auto shared = Rule::shared(x.value());
        Number result(Rule::value(x.value(), shared));
        result.push(x, Rule::template partial<0>(x.value(), result.value(), shared));
        return result;
    }
    template <class Rule, int i, class P, class... X>
    static double partial(const P& p, double y, const X&... x) {
        if constexpr (wengert::detail::Chooses<Rule, P, X...>)
            return wengert::detail::takes<Rule, i>(p, x...) ? 1.0 : 0.0;
        else
            return wengert::detail::as<double>(wengert::detail::partial_of<Rule, i>(p, y, x...));
    }

    std::shared_ptr<Node> node_;
};

struct Engine {
    static constexpr std::string_view name = "naive graph";
    static constexpr std::string_view settings = "shared_ptr nodes, sorted by recursion";
    static constexpr double tolerance = 1e-11;
    static constexpr bool differentiates = true;

    template <class P> class On {
    public:
        On(const P& problem, std::span<const double> inputs)
            : problem_(problem), inputs_(inputs.size()), outputs_(bench::outputs_of<P>) {}
        void cycle(std::span<const double> x, std::span<double> y, std::span<double> jacobian) {
            for (std::size_t k = 0; k < x.size(); ++k) inputs_[k] = Number(x[k]);
            bench::evaluate(problem_, std::span<const Number>(inputs_), std::span<Number>(outputs_));
            for (std::size_t i = 0; i < y.size(); ++i) {
                y[i] = outputs_[i].value();
                outputs_[i].backward();
                for (std::size_t k = 0; k < x.size(); ++k) jacobian[i * x.size() + k] = inputs_[k].adjoint();
            }
        }

    private:
        const P& problem_;
        std::vector<Number> inputs_, outputs_;
    };
};

}  // namespace

int main(int argc, char** argv) { return bench::engine_main<Engine>(argc, argv); }
