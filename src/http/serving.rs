//! Accepting connections and speaking HTTP/1.1 on them, with a limit on how long a client may take
//! over everything: a connection costs little, but not nothing.
//!
//! The framework's own server has no limit on how long a request's head may drip in, and a client
//! that stops reading keeps its connection for ever. TLS and HTTP/2 are the reverse proxy's.

use std::{
    convert::Infallible,
    io,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::{
    Endpoint, EndpointExt as _, Request,
    endpoint::BoxEndpoint,
    http::{HeaderValue, header, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{Sleep, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long is waited for clients.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the end of an answer, or the beginning of the connection, to the end of the next
    /// request's head. Longer than the reverse proxies keep idle connections, so that it is they
    /// who close them: a request sent into a closing connection is lost.
    pub head: Duration,
    /// How long a client may take no byte of an answer.
    pub answer: Duration,
    /// How long requests under way may take after the signal to stop; longer than any request but
    /// the upload of a file.
    pub finish: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(75),
            answer: Duration::from_mins(1),
            finish: Duration::from_secs(35),
        }
    }
}

/// After an error of the system (too many open files) it would come again at once.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves until `stop`, then finishes what is under way; what is left after that is cut off.
pub async fn serve(
    listener: TcpListener,
    service: impl Endpoint + 'static,
    patience: Patience,
    stop: CancellationToken,
) {
    let service = Arc::new(service.map_to_response().boxed());
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            // Forgets those that have ended.
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, _)) => {
                let service = Arc::clone(&service);
                connections.spawn(converse(socket, service, patience, stop.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(PAUSE_AFTER_ERROR).await;
            }
        }
    }
    drop(listener);
    let all = async { while connections.join_next().await.is_some() {} };
    if timeout(patience.finish, all).await.is_err() {
        let left = connections.len();
        tracing::warn!(left, "connections that did not end in time are cut off");
    }
}

/// Serves one connection to its end.
async fn converse(
    socket: TcpStream,
    service: Arc<BoxEndpoint<'static>>,
    patience: Patience,
    stop: CancellationToken,
) {
    let (Ok(local), Ok(remote)) = (socket.local_addr(), socket.peer_addr()) else {
        return; // gone before it began
    };
    // Without it small answers wait for the client's acknowledgement of earlier ones.
    let _as_before = socket.set_nodelay(true);
    let (local, remote) = (LocalAddr(local.into()), RemoteAddr(remote.into()));
    let respond = service_fn(move |request: hyper::Request<Incoming>| {
        let service = Arc::clone(&service);
        let last = ends_by_itself(&request);
        let request = Request::from((request, local.clone(), remote.clone(), Scheme::HTTP));
        async move {
            let mut response = service.get_response(request).await;
            if last {
                let close = HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response.into())
        }
    });
    let socket = TokioIo::new(Reader {
        socket,
        stalled: None,
        patience: patience.answer,
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience.head);
    let mut connection = pin!(http.serve_connection(socket, respond));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Whether a body says itself where it ends. If the head gave a length as well, that is gone here,
/// and somebody on the way may have gone by it: what they took for the next request, or for a part
/// of this one, is not read (RFC 9112 §6.1).
fn ends_by_itself(request: &hyper::Request<Incoming>) -> bool {
    request.headers().contains_key(header::TRANSFER_ENCODING)
}

/// A connection whose client has to take the answer in time.
struct Reader {
    socket: TcpStream,
    /// Runs since the client last took something, while it has something to take.
    stalled: Option<Pin<Box<Sleep>>>,
    patience: Duration,
}

impl Reader {
    /// What became of an attempt to write, unless that has been in vain for too long.
    fn judge<T>(
        &mut self,
        context: &mut Context<'_>,
        attempt: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if attempt.is_ready() {
            self.stalled = None;
            return attempt;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Reader {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.judge(context, attempt)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.socket).poll_write_vectored(context, pieces);
        self.judge(context, attempt)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
