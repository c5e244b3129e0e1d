import CCurl
import Linux
import Voice

/// The thread that drives libcurl. Nothing here is seen by another thread.
final class HTTPThread {
    private let work: HTTPWork
    private var exchanges: [UnsafeMutableRawPointer: CurlExchange] = [:]
    private var isEnding = false

    /// Nothing in the world needs it to look around more often than this by itself.
    private static let longestSleep = Duration.seconds(60)

    init(_ work: HTTPWork) { self.work = work }

    func run() {
        while !isEnding {
            for demand in work.takeDemands() { carryOut(demand) }
            var running: CInt = 0
            curl_multi_perform(work.multi.pointer, &running)
            collect()
            endWhatIsLate()
            guard !isEnding else { break }
            let pause = CInt(timeToSleep.inMilliseconds.rounded(.up))
            curl_multi_poll(work.multi.pointer, nil, 0, pause, nil)
        }
        for exchange in exchanges.values {
            remove(exchange)
            exchange.transfer.finish(.failure(.cancelled))
        }
    }

    private func carryOut(_ demand: HTTPWork.Demand) {
        switch demand {
        case .begin(let transfer):
            guard !transfer.isOver else { return }
            let exchange = CurlExchange(transfer, work)
            exchanges[exchange.easy] = exchange
            curl_multi_add_handle(work.multi.pointer, exchange.easy)
        case .goOn(let transfer): exchange(of: transfer)?.goOn()
        case .hangUp(let transfer):
            if let exchange = exchange(of: transfer) { remove(exchange) }
        case .end: isEnding = true
        }
    }

    private func exchange(of transfer: Transfer) -> CurlExchange? {
        exchanges.values.first { $0.transfer === transfer }
    }

    private func remove(_ exchange: CurlExchange) {
        curl_multi_remove_handle(work.multi.pointer, exchange.easy)
        exchanges[exchange.easy] = nil
    }

    private func collect() {
        var result = CURLE_OK
        while let easy = ccurl_next_done(work.multi.pointer, &result) {
            guard let exchange = exchanges[easy] else { continue }
            let end = exchange.end(result)
            remove(exchange)
            exchange.transfer.finish(end)
        }
    }

    private func endWhatIsLate() {
        let now = Moment.now
        for exchange in exchanges.values where exchange.transfer.isLate(at: now) {
            remove(exchange)
        }
    }

    private var timeToSleep: Duration {
        let deadline = exchanges.values.compactMap { $0.transfer.deadline }.min()
        guard let deadline else { return Self.longestSleep }
        return max(.zero, min(deadline - .now, Self.longestSleep))
    }
}
