//! Requests and answers as bounded frames of bytes; the engine reads them.

use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use libp2p::StreamProtocol;
use libp2p::request_response::Codec;
use streetlamp_proto::access::Channel;
use streetlamp_proto::wire::limits::{DIRECT_FRAME, JOIN_FRAME, WELCOME_FRAME};

/// For newcomers: a ticket's proof, and the welcome.
pub(super) const JOIN: StreamProtocol = StreamProtocol::new(Channel::Join.name());
/// Between neighbours: sealed messages.
pub(super) const STREET: StreamProtocol = StreamProtocol::new(Channel::Street.name());
/// Between two devices of one household: messages sealed to one of them.
pub(super) const DEVICE: StreamProtocol = StreamProtocol::new(Channel::Device.name());

/// Reads one frame to the end of its stream, up to the limit of its protocol.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FrameCodec;

impl Codec for FrameCodec {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(
        &mut self,
        protocol: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(
            io,
            if *protocol == JOIN {
                JOIN_FRAME
            } else {
                DIRECT_FRAME
            },
        )
        .await
    }

    async fn read_response<T>(
        &mut self,
        protocol: &StreamProtocol,
        io: &mut T,
    ) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(
            io,
            if *protocol == JOIN {
                WELCOME_FRAME
            } else {
                DIRECT_FRAME
            },
        )
        .await
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        frame: Vec<u8>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&frame).await?;
        io.close().await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        frame: Vec<u8>,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&frame).await?;
        io.close().await
    }
}

async fn read<T: AsyncRead + Unpin + Send>(io: &mut T, limit: usize) -> io::Result<Vec<u8>> {
    let mut frame = Vec::new();
    // One byte more than allowed, so that the decoder sees that it was too long.
    let bound = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    io.take(bound).read_to_end(&mut frame).await?;
    if frame.len() > limit {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "frame is longer than its protocol allows",
        ));
    }
    Ok(frame)
}
