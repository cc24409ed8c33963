//! How long a client may take over its side of a connection.

use std::{future::pending, net::SocketAddr, time::Duration};

use anju::http::{Patience, serve};
use futures_util::stream;
use poem::{Body, Route, endpoint::make, get};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{interval, timeout},
};
use tokio_util::sync::CancellationToken;

/// Nothing here takes as long, unless it takes for ever.
const EVER: Duration = Duration::from_secs(20);

const SHORT: Patience = Patience {
    head: Duration::from_millis(300),
    answer: Duration::from_millis(300),
    finish: Duration::from_millis(300),
};

/// A service with an answer that never comes and one that never ends.
struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
    /// Cancelled when the endless answer is given up.
    given_up: CancellationToken,
    /// Told when a request waits for the answer that never comes.
    waiting: mpsc::Receiver<()>,
}

async fn served() -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let given_up = CancellationToken::new();
    let dropped = given_up.clone();
    let (waits, waiting) = mpsc::channel(1);
    let endless = make(move |_| {
        let held = dropped.clone().drop_guard();
        async move {
            let pieces = stream::unfold(held, |held| async move {
                Some((Ok::<_, std::io::Error>(vec![0_u8; 1 << 16]), held))
            });
            Body::from_bytes_stream(pieces)
        }
    });
    let never = make(move |_| {
        let waits = waits.clone();
        async move {
            waits.send(()).await.unwrap();
            pending::<&'static str>().await
        }
    });
    let routes = Route::new()
        .at("/", get(make(|_| async { "ok" })))
        .at("/endless", get(endless))
        .at("/never", get(never));
    let stop = CancellationToken::new();
    let ended = tokio::spawn(serve(listener, routes, SHORT, stop.clone()));
    Served {
        address,
        stop,
        ended,
        given_up,
        waiting,
    }
}

async fn ask(served: &Served, path: &str) -> TcpStream {
    let mut client = TcpStream::connect(served.address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: anju\r\n\r\n");
    client.write_all(head.as_bytes()).await.unwrap();
    client
}

#[tokio::test]
async fn a_head_that_drips_in_is_not_waited_for() {
    let served = served().await;
    let (mut reading, mut writing) = TcpStream::connect(served.address)
        .await
        .unwrap()
        .into_split();
    let (_drips, mut until) = oneshot::channel::<()>();
    let dripping = tokio::spawn(async move {
        writing.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let mut slowly = interval(Duration::from_millis(50));
        while until.try_recv().is_err() && writing.write_all(b"x-drip: 1\r\n").await.is_ok() {
            slowly.tick().await;
        }
    });
    let mut answer = vec![];
    let closed = timeout(EVER, reading.read_to_end(&mut answer)).await;
    // Reset or closed, it was not kept, and nothing was served.
    let _how = closed.expect("the connection is closed while the client goes on");
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    dripping.abort();
}

#[tokio::test]
async fn a_client_that_does_not_take_its_answer_is_given_up() {
    let served = served().await;
    let client = ask(&served, "/endless").await;
    let given_up = timeout(EVER, served.given_up.cancelled()).await;
    assert!(given_up.is_ok(), "nobody reads, and it goes on");
    drop(client);
}

#[tokio::test]
async fn a_stop_answers_idle_clients_at_once_and_cuts_off_what_takes_too_long() {
    let mut served = served().await;
    let mut idle = ask(&served, "/").await;
    let mut first = [0; 12];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    let mut slow = ask(&served, "/never").await;
    served.waiting.recv().await.unwrap();
    let mut half = TcpStream::connect(served.address).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nhost: a").await.unwrap();

    served.stop.cancel();
    timeout(EVER, &mut served.ended).await.unwrap().unwrap();
    for client in [&mut idle, &mut slow, &mut half] {
        let mut rest = vec![];
        let _reset = timeout(EVER, client.read_to_end(&mut rest)).await.unwrap();
    }
    let refused = TcpStream::connect(served.address).await;
    assert!(refused.is_err(), "nobody listens any more");
}
