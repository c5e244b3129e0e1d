/// What every answer of the device tells browsers.
public enum SecurityHeaders {
    /// The page's scripts and styles are files of its own, nothing is loaded from elsewhere, nothing
    /// is shown inside another site's page, and no answer is taken for what it does not say it is.
    public static let all = [
        Header(
            "Content-Security-Policy",
            [
                "default-src 'none'", "script-src 'self'", "style-src 'self'",
                "img-src 'self' data:", "font-src 'self'", "media-src 'self' blob:",
                "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'",
                "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
            ].joined(separator: "; ")),
        Header("X-Content-Type-Options", "nosniff"),
        Header("X-Frame-Options", "DENY"),
        Header("Referrer-Policy", "no-referrer"),
        Header("Cross-Origin-Opener-Policy", "same-origin"),
        Header("Cross-Origin-Resource-Policy", "same-origin"),
        Header("Permissions-Policy", "microphone=(self), camera=(), geolocation=()"),
        Header("Cache-Control", "no-store"),
    ]
}
